"""What the rules' reasons say to people. Numbers are put in as Vietnamese or English writes them."""

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType

from shared.problems import Text
from shared.rules.photo_words import PHOTO_WORDS
from shared.rules.verdict import Verdict

WORDS: Mapping[str, Text] = MappingProxyType(
    {
        # --- area
        "inside_area": Text(
            "trong ranh giới, cách ranh giới {distance_m} m, ±{uncertainty_m} m",
            "inside the boundary, {distance_m} m from it, ±{uncertainty_m} m",
        ),
        "outside_area_handheld": Text(
            "{distance_m} m ngoài ranh giới theo thiết bị cầm tay, ±{uncertainty_m} m – cần đo đạc",
            "{distance_m} m outside the boundary by handheld device, ±{uncertainty_m} m: survey to confirm",
        ),
        "within_uncertainty": Text(
            "cách ranh giới {distance_m} m, sai số ±{uncertainty_m} m: chưa thể nói trong hay ngoài",
            "{distance_m} m from the boundary, ±{uncertainty_m} m: cannot tell inside from outside",
        ),
        "position_mock": Text(
            "vị trí do ứng dụng giả lập đưa ra: lấy lại vị trí thật",
            "the position was simulated: take a real one",
        ),
        "fix_time_unknown": Text(
            "không rõ lúc lấy vị trí: lấy lại vị trí", "the position carries no time: take it again"
        ),
        "fix_stale": Text(
            "vị trí lấy ngoài thời gian kiểm tra {age_s} giây: lấy lại vị trí tại chỗ",
            "the position was taken {age_s} s outside the time of the check: take it again on the spot",
        ),
        "accuracy_unknown": Text(
            "máy thu không cho biết độ chính xác: lấy lại vị trí",
            "the receiver gave no accuracy: take the position again",
        ),
        "accuracy_poor": Text(
            "vị trí quá kém chính xác: ra chỗ thoáng và lấy lại",
            "the position is too inaccurate: take it again under open sky",
        ),
        "position_missing": Text(
            "phiếu không có vị trí: ghi vị trí nếu còn ở hiện trường",
            "the report has no position: record one while on site",
        ),
        "target_distance_unknown": Text(
            "không rõ khoảng cách từ người quan sát đến đối tượng: đo khoảng cách",
            "the distance from observer to target is not known: measure it",
        ),
        "target_uncertainty_unknown": Text(
            "không rõ sai số của khoảng cách, phương vị đến đối tượng: ghi sai số",
            "the uncertainty of distance and bearing to the target is not known: record it",
        ),
        "licence_area_unknown": Text(
            "sổ đăng ký chưa có ranh giới của giấy phép này: bổ sung bảng tọa độ",
            "the register has no boundary for this licence: add its corner table",
        ),
        "licence_unknown": Text(
            "không tìm thấy giấy phép trong sổ đăng ký: kiểm tra số giấy phép, cập nhật dữ liệu",
            "the register does not have this licence: check the number, update the data",
        ),
        "no_licence_near": Text(
            "không có khu vực cấp phép nào trong vòng {searched_m} m theo dữ liệu trên máy",
            "no licensed area within {searched_m} m by the data at hand",
        ),
        # --- depth
        "within_depth": Text(
            "sâu {depth_m} m, trong giới hạn {limit_m} m", "{depth_m} m deep, within the limit of {limit_m} m"
        ),
        "too_deep": Text(
            "sâu {depth_m} m, quá giới hạn {limit_m} m là {excess_m} m, ±{uncertainty_m} m",
            "{depth_m} m deep, {excess_m} m beyond the limit of {limit_m} m, ±{uncertainty_m} m",
        ),
        "depth_within_uncertainty": Text(
            "sâu {depth_m} m, giới hạn {limit_m} m, sai số ±{uncertainty_m} m: chưa kết luận được",
            "{depth_m} m deep, limit {limit_m} m, ±{uncertainty_m} m: cannot tell",
        ),
        "depth_uncertainty_unknown": Text(
            "chưa ghi sai số của số đo độ sâu {depth_m} m: ghi sai số",
            "the depth of {depth_m} m was recorded without its uncertainty: record it",
        ),
        "depth_limit_unknown": Text(
            "sổ đăng ký chưa có giới hạn độ sâu của giấy phép này",
            "the register has no depth limit for this licence",
        ),
        "depth_surface_unknown": Text(
            "giấy phép giới hạn cao độ {limit_level_m} m; chưa biết cao độ mặt đo nên chưa so sánh được",
            "the licence limits the level to {limit_level_m} m; the level of the surface is needed to compare",
        ),
        "depth_through_water": Text(
            "đo từ mặt nước sâu {depth_m} m, giới hạn {limit_m} m tính từ đáy: cần đo cao độ đáy",
            "{depth_m} m from the water's surface, limit {limit_m} m below the bed: survey the bed",
        ),
        # --- hours
        "within_licence_hours": Text(
            "{time}, trong giờ giấy phép cho phép ({windows})", "{time}, within the licence's hours ({windows})"
        ),
        "within_provincial_hours": Text(
            "{time}, trong giờ tỉnh quy định ({windows})", "{time}, within the province's hours ({windows})"
        ),
        "no_hours_set": Text(
            "{time}; giấy phép và tỉnh không quy định giờ khai thác loại khoáng sản này",
            "{time}; neither licence nor province sets hours for this mineral",
        ),
        "night": Text(
            "{time}: không được khai thác cát, sỏi lòng sông, lòng hồ vào ban đêm (22:00–06:00)",
            "{time}: river and lake sand is never extracted at night (22:00–06:00)",
        ),
        "outside_licence_hours": Text(
            "{time}, ngoài giờ giấy phép cho phép ({windows})", "{time}, outside the licence's hours ({windows})"
        ),
        "outside_provincial_hours": Text(
            "{time}, ngoài giờ tỉnh quy định ({windows})", "{time}, outside the province's hours ({windows})"
        ),
        "outside_season": Text("ngoài mùa khai thác ghi trong giấy phép", "outside the season that the licence states"),
        "hours_unknown": Text(
            "{time}; chưa biết giờ khai thác được phép: xem giấy phép, quyết định của tỉnh",
            "{time}; the permitted hours are not known: see the licence, the province's decision",
        ),
        "hours_family_unknown": Text(
            "{time}; chưa rõ loại khoáng sản đang khai thác nên chưa xét được giờ",
            "{time}; which mineral is being extracted is not known, so its hours are not either",
        ),
        "clock_unverified": Text(
            "giờ trên điện thoại chưa được đối chiếu: lấy vị trí hoặc kết nối máy chủ để có giờ đúng",
            "the phone's clock was not checked: take a position or connect to have the right time",
        ),
        # --- licence
        "in_force": Text("giấy phép còn hiệu lực {left_days} ngày", "in force for {left_days} more days"),
        "expired": Text(
            "giấy phép hết hạn {over_days} ngày trước thời điểm kiểm tra",
            "the licence expired {over_days} days before the check",
        ),
        "not_yet_in_force": Text(
            "giấy phép chưa có hiệu lực, còn {early_days} ngày",
            "the licence is not in force yet, for another {early_days} days",
        ),
        "validity_unknown": Text(
            "sổ đăng ký chưa có thời hạn của giấy phép này: xem bản giấy",
            "the register does not know how long this licence is valid: see the paper",
        ),
        "mineral_licensed": Text("khoáng sản có trong giấy phép", "the licence names this mineral"),
        "mineral_not_licensed": Text("khoáng sản không có trong giấy phép", "the licence does not name this mineral"),
        "mineral_other_name": Text(
            "tên khác với giấy phép nhưng cùng loại cát, sỏi lòng sông: người kiểm tra xác định",
            "another name than the licence's, of the same riverbed sand and gravel: a person decides",
        ),
        "mineral_unrecognised": Text(
            "tên khoáng sản ghi trong phiếu không có trong danh mục: chọn tên trong danh mục",
            "the mineral's name is not in the list: choose one of the list",
        ),
        "minerals_unknown": Text(
            "sổ đăng ký chưa có khoáng sản của giấy phép này", "the register does not know this licence's minerals"
        ),
        "mark_listed": Text("có trong danh mục của giấy phép", "listed in the licence"),
        "mark_not_listed": Text(
            "biển số, số hiệu không có trong danh mục {listed_count} thiết bị, phương tiện của giấy phép",
            "the mark is not among the {listed_count} machines or vehicles that the licence lists",
        ),
        "mark_missing": Text(
            "không có biển số, số hiệu để đối chiếu với danh mục {listed_count} thiết bị, phương tiện",
            "there is no mark to compare with the {listed_count} that the licence lists",
        ),
        "listed_without_mark": Text(
            "giấy phép chỉ ghi loại và số lượng ({listed_count}), không ghi biển số, số hiệu",
            "the licence gives kind and number ({listed_count}) only, no marks",
        ),
        "equipment_unknown": Text(
            "sổ đăng ký chưa có danh mục thiết bị, phương tiện loại này của giấy phép",
            "the register has no list of this licence's equipment of that kind",
        ),
        # --- papers
        "papers_shown": Text(
            "đã xuất trình đủ giấy tờ nguồn gốc và khối lượng", "papers on origin and volume were shown"
        ),
        "origin_papers_not_shown": Text(
            "không xuất trình hóa đơn, chứng từ nguồn gốc", "invoice or origin papers were not shown"
        ),
        "origin_papers_promised": Text(
            "hẹn xuất trình hóa đơn, chứng từ nguồn gốc sau", "invoice or origin papers were promised"
        ),
        "origin_papers_not_asked": Text(
            "phiếu chưa ghi việc yêu cầu hóa đơn, chứng từ nguồn gốc: yêu cầu và ghi lại",
            "the report does not say that origin papers were asked for: ask and record",
        ),
        "volume_papers_not_shown": Text(
            "không xuất trình số liệu, sổ theo dõi khối lượng trên phương tiện",
            "data or books on the volume on board were not shown",
        ),
        "volume_papers_promised": Text(
            "hẹn xuất trình số liệu, sổ theo dõi khối lượng sau", "data on the volume on board were promised"
        ),
        "volume_papers_not_asked": Text(
            "phiếu chưa ghi số liệu, sổ theo dõi khối lượng: yêu cầu và ghi lại",
            "the report does not say that data on the volume were asked for: ask and record",
        ),
        "paper_seen_once": Text(
            "chưa thấy giấy tờ này ở chuyến khác theo dữ liệu trên máy",
            "not seen for another load by the data at hand",
        ),
        "paper_used_again": Text(
            "giấy tờ này đã được xuất trình cho {other_loads_count} chuyến khác",
            "this paper was shown for {other_loads_count} other loads",
        ),
        "paper_exceeded": Text(
            "tổng các chuyến {loads} vượt số lượng {paper} trên giấy tờ: kiểm tra bên phát hành",
            "the loads come to {loads}, more than the paper's {paper}: check with the issuer",
        ),
        "paper_covers_loads": Text(
            "tổng các chuyến {loads} nằm trong số lượng {paper} trên giấy tờ",
            "the loads come to {loads}, within the paper's {paper}",
        ),
        "paper_near_quantity": Text(
            "tổng các chuyến {loads} xấp xỉ số lượng {paper} trên giấy tờ: chưa kết luận được",
            "the loads come to {loads}, about the paper's {paper}: cannot tell",
        ),
        "paper_may_be_same_load": Text(
            "cùng phương tiện, cách nhau không quá 12 giờ: có thể vẫn là một chuyến, kiểm tra lộ trình",
            "the same vehicle within 12 hours: perhaps one and the same load, check its journey",
        ),
        "paper_quantity_unknown": Text(
            "chưa đủ khối lượng của giấy tờ hoặc của các chuyến để cộng so sánh",
            "quantities of the paper or of the loads are missing, so nothing can be added up",
        ),
        "paper_number_weak": Text(
            "số, ký hiệu, ngày của giấy tờ chưa đủ để nhận ra khi dùng lại: ghi đủ số, ký hiệu, ngày",
            "number, series and date are too incomplete to know this paper again: record all three",
        ),
        # --- load
        "load_as_on_paper": Text(
            "khối lượng đo {measured} phù hợp giấy tờ {paper}", "measured {measured}, as on the paper ({paper})"
        ),
        "load_more_than_paper": Text(
            "khối lượng đo {measured} nhiều hơn giấy tờ {paper} là {difference}, ±{uncertainty}",
            "measured {measured}, {difference} more than the paper's {paper}, ±{uncertainty}",
        ),
        "load_less_than_paper": Text(
            "khối lượng đo {measured} ít hơn giấy tờ {paper}: có thể đã dỡ một phần hoặc giấy tờ cho nhiều chuyến",
            "measured {measured}, less than the paper's {paper}: perhaps part was unloaded, or it covers several loads",
        ),
        "load_within_uncertainty": Text(
            "khối lượng đo {measured}, giấy tờ {paper}, sai số ±{uncertainty}: chưa kết luận được",
            "measured {measured}, paper {paper}, ±{uncertainty}: cannot tell",
        ),
        "load_uncertainty_unknown": Text(
            "khối lượng đo {measured}, giấy tờ {paper}; chưa ghi sai số của số đo",
            "measured {measured}, paper {paper}; the measurement has no uncertainty",
        ),
        "load_not_measured": Text(
            "chưa đo khối lượng trên phương tiện để so với giấy tờ {paper}",
            "the load was not measured, to compare with the paper's {paper}",
        ),
        "load_in_place": Text(
            "khối lượng ghi theo nguyên khối, không so được với giấy tờ {paper} tính rời",
            "measured in place (solid), not comparable with the paper's loose {paper}",
        ),
        "load_density_unknown": Text(
            "số đo và giấy tờ {paper} khác đơn vị, chưa có khối lượng thể tích của khoáng sản để quy đổi",
            "measurement and paper ({paper}) differ in unit, and no density of the mineral is known",
        ),
        "paper_without_quantity": Text("giấy tờ không ghi số lượng so được", "the paper states no comparable quantity"),
        # --- ledger
        "within_capacity": Text(
            "sản lượng bằng {taken_percent} % công suất {permitted} của năm",
            "output is {taken_percent} % of the year's capacity of {permitted}",
        ),
        "over_capacity": Text(
            "vượt công suất {permitted} của năm {over_percent} %",
            "{over_percent} % over the year's capacity of {permitted}",
        ),
        "over_by_15_percent": Text("đạt mốc vượt 15 %", "past the step of 15 % over"),
        "over_by_25_percent": Text("đạt mốc vượt 25 %", "past the step of 25 % over"),
        "over_by_50_percent": Text("đạt mốc vượt 50 %", "past the step of 50 % over"),
        "over_by_100_percent": Text("đạt mốc vượt 100 %", "past the step of 100 % over"),
        "declared_over": Text("theo sản lượng đã kê khai {declared}", "by the declared output of {declared}"),
        "observed_over": Text(
            "theo khối lượng ghi nhận đủ mọi chuyến {observed}, ±{uncertainty}",
            "by every load observed, {observed}, ±{uncertainty}",
        ),
        "capacity_near": Text(
            "ghi nhận {observed}, công suất {permitted}, sai số ±{uncertainty}: chưa kết luận được",
            "observed {observed}, capacity {permitted}, ±{uncertainty}: cannot tell",
        ),
        "capacity_unknown": Text(
            "sổ đăng ký chưa có công suất của giấy phép này", "the register has no capacity for this licence"
        ),
        "no_figures": Text("chưa có số liệu sản lượng của năm", "there are no output figures for the year yet"),
        "sampled_only": Text(
            "ghi nhận {observed} chỉ từ các chuyến được kiểm tra: tự nó không chứng minh vượt công suất, kê khai thiếu",
            "observed {observed} is of stopped loads only: by itself it proves neither excess nor shortfall",
        ),
        "sampled_over": Text(
            "riêng các chuyến được kiểm tra đã nhiều hơn công suất {permitted}: cần thống kê, đo đạc",
            "the loads stopped alone are more than the capacity of {permitted}: count and survey",
        ),
        "observed_uncertainty_unknown": Text(
            "chưa rõ sai số của khối lượng ghi nhận {observed}",
            "the uncertainty of the observed {observed} is not known",
        ),
        "observed_loose": Text(
            "công suất tính nguyên khối, khối lượng ghi nhận {observed} tính rời: chưa có hệ số nở rời để so",
            "the capacity counts in place, the observed {observed} loose: no swell factor is known",
        ),
        "declared_as_observed": Text(
            "kê khai {declared}, ghi nhận {observed}: không thấp hơn từ 10 %",
            "declared {declared}, observed {observed}: not 10 % less",
        ),
        "declared_less": Text(
            "kê khai {declared} thấp hơn ghi nhận {observed} là {less_percent} %",
            "declared {declared} is {less_percent} % less than the observed {observed}",
        ),
        "declared_more": Text(
            "kê khai cao hơn ghi nhận trên 10 %: phải giải trình bằng văn bản",
            "declared is over 10 % more than observed: to be explained in writing",
        ),
        "declared_near": Text(
            "kê khai {declared}, ghi nhận {observed}, sai số ±{uncertainty}: chưa kết luận được",
            "declared {declared}, observed {observed}, ±{uncertainty}: cannot tell",
        ),
        "declared_missing": Text(
            "chưa có sản lượng kê khai để so với ghi nhận {observed}",
            "no output was declared to compare with the observed {observed}",
        ),
        **PHOTO_WORDS,
    }
)
_UNITS = {"m3": "m³", "t": "t"}


def sentence(verdict: Verdict, language: str) -> str:
    """The reasons with their numbers, most important first: "43 m ngoài ranh giới theo thiết bị cầm tay, ±9 m – cần đo
    đạc". A reason this side does not know yet is given as its code; a number that is missing as "…"."""
    values = _values(verdict.numbers, language)
    return "; ".join(_said(code, language).format_map(values) for code in verdict.reasons)


def _said(code: str, language: str) -> str:
    text = WORDS.get(code)
    if text is None:
        return code.replace("{", "{{").replace("}", "}}")
    return text.en if language == "en" else text.vi


def _values(numbers: Mapping[str, float], language: str) -> Mapping[str, str]:
    """`{distance_m}` bare; quantities in m³ or t with their unit as `{paper}`; times as `{time}` and `{windows}`."""
    values: dict[str, str] = defaultdict(lambda: "…")
    for name, value in numbers.items():
        values[name] = number(value, language)
        what, _, unit = name.rpartition("_")
        if unit in _UNITS and what:
            values[what] = f"{values[name]} {_UNITS[unit]}"
    if "time_min" in numbers:
        values["time"] = _clock(numbers["time_min"])
    windows = [name.removesuffix("_opens_min") for name in numbers if name.endswith("_opens_min")]
    if windows:
        values["windows"] = ", ".join(
            f"{_clock(numbers[f'{window}_opens_min'])}–{_clock(numbers[f'{window}_closes_min'])}" for window in windows
        )
    return values


def number(value: float, language: str) -> str:
    """At most three decimals, none from 100 on; 1.234,5 in Vietnamese, 1,234.5 in English (domain notes B8)."""
    places = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:,.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text in ("-0", ""):
        text = "0"
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


def _clock(minutes: float) -> str:
    return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}"
