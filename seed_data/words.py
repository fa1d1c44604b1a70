"""Our own word lists: what a shop's two teams write in their issues, in two languages.

People, addresses and dates come from Faker; sentences come from here, because a demo must
look like a real team's backlog and not like lorem ipsum.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing a team works on, in the words of its issues."""

    component: str
    subject: str
    symptoms: tuple[str, ...]
    wishes: tuple[str, ...]


WEB_TOPICS = (
    Topic(
        "Checkout",
        "the checkout page",
        (
            "stays blank after the address step",
            "shows the old total after a voucher",
            "loses the basket when the session is renewed",
            "asks for the card twice on slow networks",
        ),
        (
            "Remember the delivery address",
            "Show delivery days before payment",
            "Offer pick-up points on the map",
        ),
    ),
    Topic(
        "Search",
        "the product search",
        (
            "returns nothing for words with umlauts",
            "ranks sold-out products first",
            "times out for more than three filters",
        ),
        (
            "Suggest categories while typing",
            "Keep filters when going back",
            "Log searches without a hit",
        ),
    ),
    Topic(
        "Account",
        "the account pages",
        (
            "log people out after a password change",
            "show another person's newsletter settings for a second",
            "do not accept e-mail addresses with a plus sign",
        ),
        ("Sign in with a passkey", "Download all my data", "One page for all consents"),
    ),
    Topic(
        "Images",
        "the product gallery",
        ("jumps while images load", "ignores reduced motion", "shows the wrong colour on swipe"),
        (
            "Serve AVIF where the browser takes it",
            "Zoom with two fingers",
            "Alternative texts from the catalogue",
        ),
    ),
)

PAY_TOPICS = (
    Topic(
        "결제창",
        "결제창",
        (
            "간편결제 선택 후 응답이 없음",
            "할부 개월 수가 초기화됨",
            "뒤로 가기 후 중복 결제 안내가 보이지 않음",
        ),
        ("카드 등록 단계 줄이기", "현금영수증 번호 기억하기", "해외 카드 3DS 안내 개선"),
    ),
    Topic(
        "정산",
        "정산 배치",
        (
            "월말에 두 시간 이상 걸림",
            "부분 취소 금액이 하루 늦게 반영됨",
            "수수료 반올림이 은행 명세와 다름",
        ),
        ("가맹점별 정산 주기 설정", "정산 내역 엑셀 내려받기", "차액 알림 메일 보내기"),
    ),
    Topic(
        "환불",
        "환불 처리",
        (
            "포인트 복구가 누락됨",
            "관리자 승인 없이 진행되는 경우가 있음",
            "사유 코드가 고객 센터 화면에 나오지 않음",
        ),
        ("환불 진행 상태 알림", "부분 환불 화면 통합", "환불 사유 통계"),
    ),
    Topic(
        "알림",
        "결제 알림",
        ("야간에도 발송됨", "같은 메시지가 두 번 감", "영수증 링크가 만료됨"),
        ("카카오 알림톡 전환", "알림 수신 시간대 설정", "발송 실패 재시도"),
    ),
)

BROWSERS = ("Safari 18", "Chrome 140", "Firefox 145", "Samsung Internet 28")
LABELS_EN = (
    "regression",
    "customer-report",
    "quick-win",
    "accessibility",
    "needs-design",
    "tech-debt",
)
LABELS_KO = ("고객문의", "회귀", "보안검토", "운영", "빠른개선", "기술부채")
VERSIONS_WEB = ("2026.9", "2026.10", "2026.11", "2026.12")
VERSIONS_PAY = ("4.1", "4.2", "4.3")
EPICS_EN = ("A checkout that never loses a basket", "Search that finds it", "Fast first page")
EPICS_KO = ("결제 단계 줄이기", "정산 자동화", "환불 고객 경험 개선")

COMMENTS_EN = (
    "Reproduced on staging with the build of this morning.",
    "Two customers wrote about this again today; the support macro links here.",
    "The trace shows that the request is sent twice. I think the retry has no key.",
    "Let us take this into the next sprint if the estimate holds.",
    "Design is attached to the epic; the copy is still open.",
)
COMMENTS_KO = (
    "스테이징에서 오늘 아침 빌드로 재현했습니다.",
    "고객 센터에 같은 문의가 두 건 더 들어왔습니다.",
    "로그를 보면 요청이 두 번 나갑니다. 재시도에 키가 없는 것 같습니다.",
    "추정이 맞으면 다음 스프린트에 넣겠습니다.",
    "은행 쪽 담당자 확인을 기다리고 있습니다.",
)
CODE = (
    'POST /api/orders HTTP/1.1\nIdempotency-Key: (missing)\n\n{"basket": "b-4711", "retry": true}',
    "TypeError: total is undefined\n    at renderTotal (checkout.js:118)",
    "SELECT count(*) FROM settlement WHERE closed_at IS NULL;",
)
