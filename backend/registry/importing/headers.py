"""Which column is which field: what headers of registers are usually called, with or without Vietnamese accents."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

# Field → headers, most telling first; where two columns of a file could be the field, the earlier name wins. Written
# as `header_key` makes them. A register with other headers says which is which when it is read.
HEADERS: Mapping[str, tuple[str, ...]] = {
    "number": (
        "so giay phep", "so giay phep khai thac", "giay phep so", "so gpkt", "so gp", "gpkt so", "gp so", "giay phep",
        "gpkt", "licence number", "license number", "licence no", "license no", "permit number", "permit no", "number",
    ),
    "holder": (
        "chu giay phep", "ten chu giay phep", "to chuc ca nhan duoc cap phep", "to chuc duoc cap phep",
        "don vi duoc cap phep", "to chuc ca nhan", "ten to chuc ca nhan", "ten doanh nghiep", "doanh nghiep",
        "ten don vi", "don vi", "ten to chuc", "to chuc", "cong ty", "chu mo", "licence holder", "license holder",
        "permit holder", "holder", "licensee", "company",
    ),
    "tax_code": ("ma so thue", "mst", "ma so doanh nghiep", "tax code", "tax id", "tax number"),
    "address": ("dia chi", "dia chi chu giay phep", "tru so", "dia chi tru so", "holder address"),
    "issuer": (
        "co quan cap", "co quan cap phep", "noi cap", "don vi cap", "tham quyen cap", "issuer", "issued by",
        "issuing authority",
    ),
    "mineral": (
        "loai khoang san", "ten khoang san", "khoang san", "ma khoang san", "mineral", "minerals", "commodity",
        "commodities",
    ),
    "group": ("nhom khoang san", "nhom", "mineral group"),
    "purpose": ("muc dich su dung", "muc dich", "cong dung", "purpose", "use"),
    "capacity": (
        "cong suat khai thac", "cong suat", "cong suat nam", "cong suat cap phep", "san luong cap phep", "capacity",
        "licensed capacity", "annual capacity",
    ),
    "capacity_unit": ("don vi cong suat", "don vi tinh", "dvt", "capacity unit", "unit"),
    "declared_ha": ("dien tich", "dien tich cap phep", "dien tich khai thac", "area ha", "area", "hectares"),
    "valid_from": (
        "ngay hieu luc", "hieu luc tu", "tu ngay", "ngay bat dau", "co hieu luc tu", "valid from", "start date",
        "effective date",
    ),
    "valid_to": (
        "ngay het han", "ngay het hieu luc", "het hieu luc", "het han", "den ngay", "hieu luc den", "thoi han den",
        "valid to", "valid until", "expiry date", "expires", "end date",
    ),
    "issued_on": ("ngay cap", "ngay cap phep", "ngay ky", "issued on", "issue date", "date issued"),
    "effective_from": ("ap dung tu", "ngay ap dung", "dieu chinh tu ngay", "effective from"),
    "basis": ("quyet dinh", "so quyet dinh", "can cu", "van ban", "basis"),
    "depth": (
        "do sau khai thac", "do sau", "chieu sau", "muc sau khai thac", "cote khai thac", "cot khai thac",
        "cao do day", "depth", "depth limit",
    ),
}  # fmt: skip

OUTPUT_HEADERS: Mapping[str, tuple[str, ...]] = {
    "number": HEADERS["number"],
    "month": ("thang", "ky", "ky khai bao", "thang khai bao", "thang nam", "month", "period"),
    "year": ("nam", "year"),
    "quantity": (
        "san luong", "khoi luong", "san luong khai thac", "san luong khai bao", "so luong", "quantity", "output",
        "declared output", "production",
    ),
    "unit": ("don vi tinh", "don vi", "dvt", "unit"),
    "basis": ("cach tinh", "trang thai", "basis"),
}  # fmt: skip

# What a header says besides the name: "Công suất (m3/năm)", "Diện tích [ha]".
_ASIDE = re.compile(r"[(\[{].*?[)\]}]")


def fold(text: str) -> str:
    """Lower case without accents: "Đá vôi" → "da voi"."""
    plain = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def header_key(text: str) -> str:
    """ "Số_Giấy phép (GPKT)" → "so giay phep"."""
    return " ".join(re.findall(r"[a-z0-9]+", fold(_ASIDE.sub(" ", text))))


def squeezed(key: str) -> str:
    """Without its spaces: fields of shapefiles have none ("DIENTICH", "SO_GP")."""
    return key.replace(" ", "")


def columns_of(
    names: Iterable[str], given: Mapping[str, str], headers: Mapping[str, tuple[str, ...]] = HEADERS
) -> dict[str, str]:
    """Field → column: what was `given` for the file, the usual headers for the rest."""
    by_key: dict[str, str] = {}
    for name in names:
        by_key.setdefault(squeezed(header_key(name)), name)
    taken = {}
    for field, usual in headers.items():
        if field in given:
            taken[field] = given[field]
            continue
        found = next((by_key[key] for key in map(squeezed, usual) if key in by_key), None)
        if found is not None:
            taken[field] = found
    return taken | {field: name for field, name in given.items() if field not in headers}
