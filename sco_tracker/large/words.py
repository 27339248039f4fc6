"""Titles of made-up commitments in English, Russian and Chinese, and the sentences that promise them."""

from dataclasses import dataclass
from random import Random

# So many commitments have one about the rare subject among them.
ONE_IN = 5000


@dataclass(frozen=True)
class Language:
    """How a language puts a title together, and the title into a sentence of a report."""

    code: str
    title: str
    sentence: str
    acts: tuple[str, ...]
    subjects: tuple[str, ...]
    ways: tuple[str, ...]
    places: tuple[str, ...]
    rare: str

    def draft(self, rng: Random, number: int) -> str:
        """The title of the commitment with this number."""
        subject = self.rare if number % ONE_IN == ONE_IN // 2 else rng.choice(self.subjects)
        return self.title.format(
            act=rng.choice(self.acts),
            subject=subject,
            way=rng.choice(self.ways),
            place=rng.choice(self.places),
        )


ENGLISH = Language(
    code="en",
    title="{act} {subject} {way}, {place}",
    sentence="The parties agreed to do the following: {title}.",
    acts=(
        "Hold joint exercises on",
        "Exchange information on",
        "Draft a roadmap for",
        "Train specialists in",
        "Hold consultations of experts on",
        "Set up a working group on",
        "Compare national laws on",
        "Share experience of",
        "Publish a yearly overview of",
        "Open a line of contact for",
    ),
    subjects=(
        "the fight against terrorism",
        "countering extremism on the Internet",
        "the traffic in drugs and precursors",
        "border security",
        "information security",
        "nuclear safety",
        "biological security",
        "disaster relief",
        "the safety of large events",
        "mutual legal assistance",
        "the return of stolen assets",
        "irregular migration",
        "the inspection of cargo at crossings",
        "the security of railways",
        "energy grids",
        "the use of water in river basins",
        "early warning of epidemics",
        "the protection of cultural property",
        "financial monitoring",
        "crime in computer networks",
    ),
    ways=(
        "with the help of the Regional Anti-Terrorist Structure",
        "at the level of deputy ministers",
        "together with the United Nations",
        "with reports twice a year",
        "within the contact group",
        "with the means at hand",
        "on the basis of the agreed programme",
        "between competent authorities",
        "as proposed by the chair",
        "in three stages",
    ),
    places=(
        "Almaty",
        "Astana",
        "Beijing",
        "Bishkek",
        "Dushanbe",
        "Islamabad",
        "Kazan",
        "Khujand",
        "Lahore",
        "Moscow",
        "New Delhi",
        "Osh",
        "Qingdao",
        "Samarkand",
        "Shanghai",
        "Tashkent",
        "Ufa",
        "Urumqi",
        "Varanasi",
        "Yekaterinburg",
    ),
    rare="the saiga antelope",
)
RUSSIAN = Language(
    code="ru",
    title="{act} {subject} {way}, {place}",
    sentence="Стороны договорились о следующем: {title}.",
    acts=(
        "Провести совместные учения по вопросам",
        "Обмениваться сведениями по вопросам",
        "Подготовить дорожную карту по вопросам",
        "Готовить специалистов по вопросам",
        "Провести консультации экспертов по вопросам",
        "Создать рабочую группу по вопросам",
        "Сопоставить законодательство по вопросам",
        "Обобщить опыт по вопросам",
    ),
    subjects=(
        "борьбы с терроризмом",
        "противодействия экстремизму в Интернете",
        "оборота наркотиков и прекурсоров",
        "безопасности границ",
        "информационной безопасности",
        "ядерной безопасности",
        "биологической безопасности",
        "помощи при бедствиях",
        "взаимной правовой помощи",
        "возврата похищенных активов",
        "незаконной миграции",
        "раннего предупреждения об эпидемиях",
    ),
    ways=(
        "при содействии РАТС",
        "на уровне заместителей министров",
        "совместно с ООН",
        "с отчётом дважды в год",
        "в рамках контактной группы",
        "между компетентными органами",
        "по предложению председательства",
        "в три этапа",
    ),
    places=(
        "Алма-Ата",
        "Астана",
        "Бишкек",
        "Душанбе",
        "Екатеринбург",
        "Исламабад",
        "Казань",
        "Москва",
        "Нью-Дели",
        "Ош",
        "Пекин",
        "Самарканд",
        "Ташкент",
        "Уфа",
        "Шанхай",
    ),
    rare="охраны сайгака",
)
CHINESE = Language(
    code="zh",
    title="{act}{subject}（{way}，{place}）",
    sentence="各方商定：{title}。",
    acts=(
        "举行联合演习，涉及",
        "交流信息，涉及",
        "制定路线图，涉及",
        "培训专家，涉及",
        "举行专家磋商，涉及",
        "成立工作组，涉及",
    ),
    subjects=(
        "打击恐怖主义",
        "打击网络极端主义",
        "毒品和前体贩运",
        "边境安全",
        "信息安全",
        "核安全",
        "生物安全",
        "救灾合作",
        "司法互助",
        "追回被盗资产",
        "非法移民",
        "疫情预警",
    ),
    ways=(
        "在地区反恐怖机构协助下",
        "副部长级",
        "与联合国共同",
        "每年报告两次",
        "在联络小组框架内",
        "主管机关之间",
        "分三个阶段",
    ),
    places=(
        "阿拉木图",
        "阿斯塔纳",
        "北京",
        "比什凯克",
        "杜尚别",
        "喀山",
        "莫斯科",
        "青岛",
        "撒马尔罕",
        "上海",
        "塔什干",
        "乌鲁木齐",
    ),
    rare="保护高鼻羚羊",
)
LANGUAGES = (ENGLISH, RUSSIAN, CHINESE)
SHARES = (60, 25, 15)
