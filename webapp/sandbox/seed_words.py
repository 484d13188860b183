"""The raw material of the seed: names, streets, towns, categories. All of it made up.

Telephone numbers come from the ranges that Ofcom keeps free for drama (e.g. 07700 900000 to
900999); postcodes have a real outward code and a made-up inward one.
"""

from __future__ import annotations


def _names(text: str, separator: str | None = None) -> tuple[str, ...]:
    """Return the names in a text; an underscore stands for a blank inside a name."""
    return tuple(name.strip().replace("_", " ") for name in text.split(separator))


FIRST_NAMES = _names(
    """Olivia Amelia Isla Ava Freya Lily Florence Mia Willow Rosie Sophia Isabella Grace Daisy
    Evie Poppy Ivy Charlotte Emily Phoebe Evelyn Harper Millie Sienna Matilda Elsie Maisie Ella
    Noah Muhammad George Oliver Leo Arthur Luca Theodore Oscar Archie Jude Theo Freddie Henry
    Arlo Alfie Charlie Finley Albie Harry Mohammed Thomas Jack Jacob Rory Edward Louie Isaac
    Margaret Susan Christine Patricia Janet Linda Carol Jean Pauline Maureen Sheila Barbara
    David John Peter Michael Alan Robert Stephen Paul Brian Kevin Graham Keith Trevor Nigel
    Priya Aisha Fatima Zainab Anjali Meera Harpreet Gurpreet Ravi Arjun Imran Yusuf Omar Tariq
    Chidi Ngozi Kwame Ama Folake Tunde Wei Mei Xiu Hiroshi Yuki Agnieszka Katarzyna Piotr Tomasz
    Siân Zoë Chloë Renée Seán Ciarán Niamh Aoife Siobhán Róisín Eilidh Mòrag Rhys Llŷr Carys
    Łukasz Małgorzata Zoltán Björn Søren José Inês André François Jürgen Ayşe Oğuz Mary-Ann
    Anne-Marie Jean-Paul Lee-Ann D'Arcy Callum Fergus Hamish Angus Isobel Morag Gwen Dylan"""
)

LAST_NAMES = _names(
    """Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson
    Evans Walker White Roberts Green Hall Thomas Clarke Jackson Wood Harris Edwards Turner Martin
    Cooper Hill Ward Hughes Moore Clark King Harrison Lewis Baker Lee Allen Morris Khan Scott
    Watson Davis Parker James Bennett Young Phillips Richardson Mitchell Bailey Carter Cook Singh
    Shaw Bell Collins Morgan Kelly Begum Miller Cox Hussain Marshall Simpson Price Anderson Adams
    Wilkinson Foster Ellis Murphy Chapman Mason Gray Richards Webb Rogers Gibson Hunt Mills Ali
    Campbell Stewart MacDonald McKenzie MacLeod Fraser Sutherland Buchanan Ó'Briain O'Brien
    O'Connor O'Neill O'Shea D'Souza D'Angelo Fitzgerald Gallagher Byrne Ahmed Rahman Chowdhury
    Kaur Sharma Gupta Nair Iyer Okafor Adeyemi Mensah Boateng Nguyen Chen Wong Zhang Tanaka
    Kowalski Nowak Wiśniewska Dąbrowski Müller Schröder García Núñez Gonçalves Sørensen Øberg
    Dvořák Horváth Yilmaz Şahin Smith-Jones Barrington-Ward Lloyd-Davies Hughes-Roberts
    Fortescue-Brickdale Llewellyn Pryce Gwynne Rhys-Williams Featherstonehaugh Cholmondeley
    Threlkeld Postlethwaite Ramsbottom Akroyd Sidebottom Hepplewhite Winterbourne St_John"""
)

ONE_WORD_NAMES = ("Cher", "Prakash", "Sukarno", "Björk", "Teller", "Madhuri", "Sade", "李")

COMPANY_NAMES = (
    "The Old Forge Café", "Riverside Nursery", "Marlow & Sons Ltd", "St Jude's Parish Hall",
    "Bean & Gone", "Harbour View B&B", "Kelham Cycles", "Meadow Lane Primary School",
    "No. 9 Barbers", "Ashdown Veterinary Centre",
)  # fmt: skip

STREETS = _names(
    """High Street, Station Road, Church Lane, Victoria Road, Mill Lane, Park Avenue,
    The Crescent, King's Road, Queen Street, Chapel Hill, Albert Terrace, St Mary's Close,
    Orchard Way, Windsor Drive, School Lane, The Green, North Street, Manor Gardens,
    Elm Grove, Oakfield Road, Bridge Street, Castle Street, Market Place, Springfield Mews,
    Ferry Lane, Weavers Yard, Cobbler's Row, Lime Tree Walk, Priory Road, Beech Avenue""",
    ",",
)

HOUSES = ("Rose Cottage", "The Old Rectory", "Flat 2", "Flat 3B", "Unit 7", "Tŷ Gwyn", "Top floor")

CITIES: tuple[tuple[str, str, str], ...] = (
    # town, outward postcodes, start of a drama number (four digits follow)
    ("London", "E8 N1 N16 SE15 SW9 W12 NW5 EC1V SE1", "020 7946 0"),
    ("London", "E2 E17 SE22 SW4 N4 W6 NW3 WC1N", "020 7946 0"),
    ("Leeds", "LS1 LS6 LS7 LS8 LS12 LS17", "0113 496 0"),
    ("Sheffield", "S1 S7 S8 S10 S11", "0114 496 0"),
    ("Nottingham", "NG1 NG5 NG7 NG9", "0115 496 0"),
    ("Leicester", "LE1 LE2 LE3 LE5", "0116 496 0"),
    ("Bristol", "BS1 BS3 BS5 BS6 BS8", "0117 496 0"),
    ("Reading", "RG1 RG2 RG4 RG6", "0118 496 0"),
    ("Birmingham", "B1 B13 B14 B17 B29", "0121 496 0"),
    ("Edinburgh", "EH1 EH3 EH6 EH8 EH10", "0131 496 0"),
    ("Glasgow", "G1 G4 G11 G12 G41 G42", "0141 496 0"),
    ("Liverpool", "L1 L8 L15 L17 L18", "0151 496 0"),
    ("Manchester", "M1 M4 M14 M20 M21", "0161 496 0"),
    ("Newcastle upon Tyne", "NE1 NE2 NE3 NE6", "0191 498 0"),
    ("Belfast", "BT1 BT5 BT7 BT9", "028 9649 6"),
    ("Cardiff", "CF5 CF10 CF11 CF14", "029 2018 0"),
)

SMALL_TOWNS: tuple[tuple[str, str, str], ...] = (
    ("Hebden Bridge", "HX7", "01632 960"),
    ("Bishop's Stortford", "CM23", "01632 960"),
    ("Ashby-de-la-Zouch", "LE65", "01632 960"),
    ("Stratford-upon-Avon", "CV37", "01632 960"),
    ("Llanfairpwll", "LL61", "01632 960"),
    ("Whitby", "YO21 YO22", "01632 960"),
    ("St Ives", "TR26", "01632 960"),
    ("Ludlow", "SY8", "01632 960"),
)

DOMAINS = ("example.com", "example.org", "example.net", "mail.example", "post.example")

CATEGORIES: tuple[tuple[str, bool, bool], ...] = (
    # name, active, in use; in till order
    ("Hot drinks", True, True),
    ("Cold drinks", True, True),
    ("Breakfast", True, True),
    ("Sandwiches & toasties", True, True),
    ("Soups & salads", True, True),
    ("Cakes & pastries", True, True),
    ("Bread", True, True),
    ("Cheese & deli", True, True),
    ("Larder & preserves", True, False),
    ("Crème fraîche & dairy", True, False),
    ("Gifts & cards", True, False),
    ("Christmas hampers", False, False),
)
