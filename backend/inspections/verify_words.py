"""The VERIFY text of a bundle: what a stranger types to check it, and what the bundle claims and does not.

Every line that begins with `$ ` is a command of sha256sum or openssl, run inside the unpacked folder; a test runs them
as they stand.
"""

from collections.abc import Sequence
from typing import Any

from shared.problems import Text

HEADING = Text(
    vi="GÓI CHỨNG CỨ KIỂM KHOÁNG: CÁCH KIỂM TRA",
    en="KIỂM KHOÁNG EVIDENCE BUNDLE: HOW TO CHECK IT",
)
NEEDS = Text(
    vi="Chỉ cần sha256sum (Linux, macOS, Git cho Windows) hoặc certutil (có sẵn trong Windows), và openssl. Mở"
    " cửa sổ lệnh trong thư mục chứa tệp này. Không cần mạng, không cần phần mềm của chúng tôi.",
    en="Only sha256sum (Linux, macOS, Git for Windows) or certutil (part of Windows), and openssl are needed."
    " Open a command window in the folder of this file. No network and no software of ours is needed.",
)
STEP_SUMS = Text(
    vi="Không tệp nào bị thay đổi kể từ khi cơ quan lập gói này: mọi dòng phải kết thúc bằng OK.",
    en="No file was changed since the office made this bundle: every line must end with OK.",
)
STEP_SUMS_WINDOWS = Text(
    vi="Trên Windows không có sha256sum: với từng tệp, chạy  certutil -hashfile TÊN-TỆP SHA256  và so với dòng"
    " của tệp đó trong SHA256SUMS.",
    en="On Windows without sha256sum: for each file run  certutil -hashfile FILE SHA256  and compare with its"
    " line in SHA256SUMS.",
)
STEP_SIGNED = Text(
    vi="Danh sách đó do máy chủ của cơ quan ký: phải in ra Verified OK.",
    en="The office's server signed that list: it must print Verified OK.",
)
STEP_KEY = Text(
    vi="Khóa đó là khóa của cơ quan: số in ra phải bằng số dưới đây, và bằng số mà cơ quan công bố ở nơi khác"
    " (văn bản, trang tin, điện thoại của kiểm tra viên, địa chỉ /api/v1/hello/). Đây là điều duy nhất gói"
    " này không tự chứng minh được.",
    en="That key is the office's: the number printed must equal the one below, and the one the office makes"
    " known elsewhere (a letter, its website, an inspector's phone, the address /api/v1/hello/). It is the"
    " one thing this bundle cannot prove by itself.",
)
STEP_REPORT = Text(
    vi="Phiếu {id}: điện thoại đã ký bản kê (manifest.json); phải in ra Verified OK.",
    en="Report {id}: the phone signed its manifest (manifest.json); it must print Verified OK.",
)
STEP_DEVICE = Text(
    vi="Khóa đó là khóa của điện thoại {device}: số in ra phải bằng số dưới đây. Sự kiện device:enrolled trong"
    " thư mục audit cho biết khóa được đăng ký khi nào.",
    en="That key is the key of phone {device}: the number printed must equal the one below. The event"
    " device:enrolled in the folder audit says when it was registered.",
)
STEP_PARTS = Text(
    vi="Từng phần và từng tệp gốc đúng là thứ điện thoại đã niêm phong: các số in ra phải đứng trong manifest.json.",
    en="Each part and each original is what the phone sealed: the numbers printed must stand in manifest.json.",
)
STEP_RECEIPT = Text(
    vi="Máy chủ đã ký biên nhận của phiếu; phải in ra Verified OK.",
    en="The server signed the report's receipt; it must print Verified OK.",
)
STEP_EVENTS = Text(
    vi="Nhật ký: mỗi sự kiện đúng với mã băm của nó; mã băm này nằm trong chuỗi nhật ký của cơ quan.",
    en="The log: each event is what its hash says; that hash stands in the office's chain of events.",
)
STEP_HEAD = Text(
    vi="Đầu chuỗi nhật ký lúc lập gói, do máy chủ ký. Hãy giữ audit/heads.jsonl: sau này cơ quan phải chứng"
    " minh được chuỗi vẫn chứa nó (manage.py audit_verify --against heads.jsonl).",
    en="The head of the chain when the bundle was made, signed by the server. Keep audit/heads.jsonl: the"
    " office must be able to show later that the chain still holds it (manage.py audit_verify --against"
    " heads.jsonl).",
)
CLAIMS_HEADING = Text(
    vi="GÓI NÀY KHẲNG ĐỊNH GÌ, VÀ KHÔNG KHẲNG ĐỊNH GÌ",
    en="WHAT THIS BUNDLE CLAIMS, AND WHAT IT DOES NOT",
)
CLAIMS = Text(
    vi="Chuỗi bảo quản bắt đầu khi ứng dụng nhận được các byte của tệp, không phải khi sự việc xảy ra. Chữ ký"
    " của điện thoại chứng minh: từ lúc niêm phong, không byte nào của bản kê, của sự kiện và của tệp gốc"
    " thay đổi. Chữ ký của máy chủ chứng minh: cơ quan đã nhận đúng các byte đó vào lúc ghi trong biên nhận."
    " Đồng hồ điện thoại có thể sai; thời điểm nhận là theo đồng hồ máy chủ. Gói này không khẳng định ảnh"
    " chụp đúng sự thật, chỉ khẳng định ảnh không bị đổi.",
    en="The chain of custody begins when the app received a file's bytes, not when the thing happened. The"
    " phone's signature proves that from the sealing on no byte of manifest, facts and originals changed. The"
    " server's signature proves that the office had exactly those bytes at the time in the receipt. A phone's"
    " clock can be wrong; the time of receipt is the server's. The bundle does not claim that a picture shows"
    " the truth, only that it was not changed.",
)
CAMERA = Text(
    vi="máy ảnh do ứng dụng mở",
    en="taken by the camera the app opened",
)
FOREIGN = Text(
    vi="tệp có từ trước khi ứng dụng nhận, không rõ máy nào tạo",
    en="existed before the app received it; who made it is not known",
)
ABSENT = {
    "withheld": Text(
        vi="không giao trong gói này; mã băm vẫn nằm trong manifest.json",
        en="not handed over in this bundle; its hash still stands in manifest.json",
    ),
    "removed": Text(
        vi="đã xóa khi hết thời hạn lưu giữ; mã băm vẫn nằm trong manifest.json",
        en="removed after its retention; its hash still stands in manifest.json",
    ),
    "not_received": Text(
        vi="chưa đến cơ quan; mã băm vẫn nằm trong manifest.json",
        en="has not reached the office; its hash still stands in manifest.json",
    ),
}
PART_NAMES = {
    "assessment": Text(
        vi="nhận định nội bộ",
        en="the internal assessment",
    ),
    "identities": Text(
        vi="phần nhân thân",
        en="an identity part",
    ),
}


def device_key_name(key_id: str) -> str:
    return f"keys/device-{key_id[:16]}.pem"


def text(said: dict[str, Any], *, server_key: str, events: Sequence[int]) -> str:
    """`said`: bundle.json. Vietnamese first, then English; the commands stand in both."""
    return "\n".join([*_in("vi", said, server_key), "", "-" * 78, "", *_in("en", said, server_key), ""])


def _in(language: str, said: dict[str, Any], server_key: str) -> list[str]:
    lines = [HEADING.say(language), "", NEEDS.say(language), ""]
    step = 0

    def add(words: Text, *commands: str, expected: str = "", **values: str) -> None:
        nonlocal step
        step += 1
        lines.extend([f"{step}. {words.say(language, **values)}", *(f"$ {command}" for command in commands)])
        lines.extend([f"= {expected}"] if expected else [])
        lines.append("")

    add(STEP_SUMS, "sha256sum -c SHA256SUMS")
    lines[-1:] = [f"   {STEP_SUMS_WINDOWS.say(language)}", ""]
    add(STEP_SIGNED, f"openssl dgst -sha256 -verify {server_key} -signature SHA256SUMS.sig SHA256SUMS")
    add(STEP_KEY, _key_number(server_key), expected=said["server_key"])
    for report in said["reports"]:
        folder, key = f"reports/{report['id']}", device_key_name(report["device_key"])
        add(
            STEP_REPORT,
            f"openssl dgst -sha256 -verify {key} -signature {folder}/manifest.sig {folder}/manifest.json",
            id=report["id"],
        )
        add(STEP_DEVICE, _key_number(key), expected=report["device_key"], device=report["device"])
        add(STEP_PARTS, *(f"openssl dgst -sha256 {name}" for name in _sealed_files(report)))
        add(
            STEP_RECEIPT,
            f"openssl dgst -sha256 -verify {server_key} -signature {folder}/receipt.sig {folder}/receipt.json",
        )
    add(STEP_EVENTS, "sha256sum -c audit/EVENTS.sha256")
    add(STEP_HEAD, f"openssl dgst -sha256 -verify {server_key} -signature audit/head.sig audit/head.json")
    return [*lines, CLAIMS_HEADING.say(language), "", CLAIMS.say(language), "", *_contents(said, language)]


def _key_number(name: str) -> str:
    return f"openssl pkey -pubin -in {name} -outform DER | openssl dgst -sha256"


def _sealed_files(report: dict[str, Any]) -> list[str]:
    folder = f"reports/{report['id']}"
    names = [f"{folder}/facts.json"]
    if report["parts"]["assessment"] == "included":
        names.append(f"{folder}/assessment.json")
    names += [
        f"{folder}/identities/{part['sha256']}.json"
        for part in report["parts"]["identities"]
        if part["state"] == "included"
    ]
    return names + [file["file"] for file in report["evidence"] if file["file"]]


def _contents(said: dict[str, Any], language: str) -> list[str]:
    """Each original with where its bytes came from, and what is not here."""
    lines = []
    for report in said["reports"]:
        lines.append(f"reports/{report['id']}")
        for file in report["evidence"]:
            origin = (CAMERA if file["from_app_camera"] else FOREIGN).say(language)
            where = ABSENT[file["absent"]].say(language) if file["absent"] else origin
            lines.append(f"  {file['sha256']}  {file['purpose']}: {where}")
        parts = report["parts"]
        if parts["assessment"] == "withheld":
            lines.append(f"  {PART_NAMES['assessment'].say(language)}: {ABSENT['withheld'].say(language)}")
        lines += [
            f"  {part['sha256']}  {PART_NAMES['identities'].say(language)}: {ABSENT[part['state']].say(language)}"
            for part in parts["identities"]
            if part["state"] != "included"
        ]
    return lines
