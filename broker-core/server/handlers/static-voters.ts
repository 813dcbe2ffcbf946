/** KIP-853: voters can only be changed once kraft.version is 1. Here it is 0, so these are Kafka's words for it. */
export const staticVoters =
  'Cluster does not support dynamic voters: kraft.version is 0, and the voters are those of controller.quorum.voters.'
