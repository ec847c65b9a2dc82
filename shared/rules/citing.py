"""Which text said so on a day. A hint for people: what is printed on a form comes from the verified catalogue."""

from collections.abc import Sequence
from datetime import date

Dated = Sequence[tuple[date, str]]  # (in force from, citation), newest first

# NĐ 23/2020 was repealed by NĐ 193/2025 Đ155 k2d on 2/7/2025; NĐ 10/2025 changed its hours from 1/3/2025.
RIVERBED_HOURS: Dated = (
    (date(2025, 7, 2), "NĐ 193/2025/NĐ-CP Đ115"),
    (date(2025, 3, 1), "NĐ 23/2020/NĐ-CP Đ9, NĐ 10/2025/NĐ-CP"),
    (date(2020, 4, 10), "NĐ 23/2020/NĐ-CP Đ9"),
)
RIVERBED_PAPERS: Dated = ((date(2025, 7, 2), "NĐ 193/2025/NĐ-CP Đ117 k2"),)
CAPACITY: Dated = ((date(2022, 1, 6), "NĐ 36/2020/NĐ-CP Đ41 (NĐ 04/2022/NĐ-CP)"),)
DECLARED: Dated = ((date(2020, 5, 10), "NĐ 36/2020/NĐ-CP Đ54 k3"),)


def cited(rows: Dated, on: date) -> str:
    """ "" where no text of that day is known here."""
    return next((citation for start, citation in rows if start <= on), "")
