import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '@fontsource-variable/inter/index.css'
import '@fontsource-variable/jetbrains-mono/index.css'
import './styles/tokens.css'
import './styles/base.css'
import { App } from './app/app.tsx'
import { connectBridge } from './bridge/bridge.ts'
import { restorePlaceFromAddress } from './app/address.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
restorePlaceFromAddress()
void connectBridge()
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
