const words = (text: string): readonly string[] => text.trim().split(/\s+/)

export const firstNames = words(`
  Ada Amina Anna Bao Carla Chidi Dmitri Elif Emma Farid Freya Grace Hana Hugo Ines Ivan Jae Jonas José Kofi Lea Liam Lucía Maja Mateo
  Mei Mohammed Nadia Noor Olga Omar Paula Priya Rosa Sami Sofia Søren Tariq Uma Viktor Wei Yara Yusuf Zoë`)
export const lastNames = words(`
  Abebe Andersson Bauer Becker Costa Diallo Dubois Eriksen Fischer García Haddad Hansen Ivanova Jansen Kaya Kim Kowalski Lindqvist
  López Mensah Müller Nakamura Nguyen Novák Okafor Olsen Patel Petrov Reyes Rossi Santos Schmidt Silva Singh Suzuki Tanaka Weber Zhang`)
export const cities = words(`
  Accra Amsterdam Athen Bangkok Berlin Bern Bogotá Brno Bruxelles Cairo Chennai Dakar Dublin Gdańsk Hanoi Helsinki Istanbul Jakarta
  København Lagos Leipzig Lima Lisboa London Lyon Malmö Milano Montréal Mumbai Nairobi Oslo Porto Praha Quito Rīga Seoul Sydney Tallinn
  Tokyo Toronto Utrecht Warszawa Wien Zürich`)
export const countries = words(
  'AT AU BE BR CA CH CL CN CO CZ DE DK EE EG ES FI FR GB GH GR ID IE IN IT JP KE KR LV MX NG NL NO NZ PE PL PT SE SN TH TR US VN ZA',
)
export const plainWords = words(`
  amber anchor apple arrow autumn basket beacon birch blossom bridge bright candle canvas cedar cloud cobalt copper coral dawn delta
  desert ember falcon feather field forest garden glacier granite harbour harvest hazel hollow island ivory jasper lantern lemon linen
  maple marble meadow mellow mirror morning mountain nectar north ocean olive orchard paper pebble pepper pine planet quartz quiet rain
  river saffron sail silver spring stone summer sunset thunder timber tulip valley velvet violet walnut water willow winter`)
