"""What the codes of a band suggestion say."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.problems import Text

SUGGESTION = Text("Gợi ý; người có thẩm quyền quyết định.", "A suggestion; the competent person decides.")
# Printed while nobody has checked the row against the gazette; `act` is the act described.
NEUTRAL = Text(
    "{act}: xử lý theo quy định pháp luật về xử phạt vi phạm hành chính trong lĩnh vực khoáng sản.",
    "{act}: to be handled under the law on administrative penalties in the field of minerals.",
)
# Printed while more than one provision is possible.
SEVERAL = Text(
    "{act}: điểm, khoản, điều áp dụng do người có thẩm quyền xác định.",
    "{act}: the competent person determines the provision that applies.",
)

WORDS: Mapping[str, Text] = MappingProxyType(
    {
        # reasons
        "no_band_known": Text(
            "Không có khung phạt trong danh mục: ghi nhận và chuyển cơ quan có thẩm quyền.",
            "The catalogue has no band for this: record it and pass it to the competent agency.",
        ),
        "not_verified": Text(
            "Điều khoản chưa được đối chiếu với Công báo: không in trích dẫn.",
            "Nobody has checked this provision against the gazette: the citation is not printed.",
        ),
        "superseded_provision": Text(
            "Quy định tại thời điểm vi phạm, nay đã được thay: nếu quy định mới nhẹ hơn thì áp dụng quy định mới.",
            "The provision of the day of the act, since replaced: where the new one is milder, it applies.",
        ),
        "other_family": Text(
            "Loại khoáng sản không thuộc điều khoản này: kiểm tra lại mã hành vi.",
            "This provision is not for that kind of mineral: check the code of the act.",
        ),
        "prohibited_area_top": Text(
            "Khu vực cấm hoặc tạm thời cấm: mức cao nhất của khung.",
            "Prohibited or temporarily prohibited area: the top of the band.",
        ),
        "prohibited_area_unknown": Text(
            "Chưa rõ có thuộc khu vực cấm, tạm thời cấm không: nếu có thì áp dụng mức cao nhất của khung.",
            "Not known whether the area is prohibited or temporarily prohibited: if so, the top of the band applies.",
        ),
        "measure_not_used": Text(
            "Có số đo không dùng để phân khung của hành vi này.",
            "A measurement was given that does not set the band of this act.",
        ),
        "depth_area_unknown": Text(
            "Chưa rõ diện tích bị vượt độ sâu: độ sâu chỉ tính khi diện tích đạt mức quy định.",
            "The area that is too deep is not known: a depth counts only over the area the decree sets.",
        ),
        "depth_area_small": Text(
            "Diện tích bị vượt độ sâu nhỏ hơn mức quy định: không tính độ sâu.",
            "The area that is too deep is under the decree's: the depth does not count.",
        ),
        "uncertainty_unknown": Text(
            "Chưa rõ độ không đảm bảo của số đo: chưa thể biết số đo có gần ngưỡng hay không.",
            "The uncertainty of the measurement is not known: nobody can say whether it is near a limit.",
        ),
        "handheld_needs_survey": Text(
            "Theo thiết bị cầm tay – cần đo đạc.", "By a handheld device – a survey is needed."
        ),
        "one_measure_only": Text(
            "Hành vi còn được phân khung theo số đo khác chưa có; lấy khung nặng hơn khi có đủ.",
            "The act is judged by another measure too, which is not there; with both, the graver band counts.",
        ),
        "below_lowest_tier": Text(
            "Số đo dưới mức thấp nhất bị phạt.", "The measurement is under the lowest that is fined."
        ),
        "may_be_below": Text(
            "Trong phạm vi sai số, số đo có thể dưới mức thấp nhất bị phạt.",
            "Within its error the measurement may be under the lowest that is fined.",
        ),
        "straddles_tier": Text(
            "Trong phạm vi sai số, số đo có thể thuộc khung khác: cần đo chính xác hơn.",
            "Within its error the measurement may belong to another band: measure more exactly.",
        ),
        "no_column": Text(
            "Không có khung cho đối tượng này trong điều khoản.", "The provision has no band for such a person or mine."
        ),
        "stands_elsewhere": Text(
            "Hành vi ở mức này được quy định tại mã khác của danh mục.",
            "At this degree the act stands under another code of the catalogue.",
        ),
        "may_stand_elsewhere": Text(
            "Trong phạm vi sai số, hành vi có thể được quy định tại mã khác của danh mục.",
            "Within the error the act may stand under another code of the catalogue.",
        ),
        # facts that would narrow the answer
        "act": Text("Hành vi cụ thể trong mã này", "Which act of this code it is"),
        "quantity": Text("Số đo (khối lượng, diện tích, độ sâu…)", "The quantity (volume, area, depth…)"),
        "actor_kind": Text("Cá nhân, hộ kinh doanh hay tổ chức", "Individual, household business or organisation"),
        "licence": Text("Cấp có thẩm quyền cấp phép (tỉnh, bộ)", "Level that licenses (province, ministry)"),
        "explosives": Text("Có sử dụng vật liệu nổ không", "Whether explosives are used"),
        "family": Text("Loại khoáng sản", "The kind of mineral"),
        "mineral": Text("Khoáng sản cụ thể", "The exact mineral"),
        "method": Text("Lộ thiên hay hầm lò", "Open pit or underground"),
        "capacity": Text("Công suất được phép (m³/năm)", "Licensed capacity (m³ a year)"),
        "corridor": Text(
            "Trong hay ngoài phạm vi bảo vệ luồng, công trình", "Inside or outside protected waterways and works"
        ),
        # signs of a crime
        "gain_over_clause_1": Text(
            "Thu lợi bất chính từ 100 triệu đồng (khoản 1).", "Illegal gain of 100 million đồng or more (clause 1)."
        ),
        "gain_over_clause_2": Text(
            "Thu lợi bất chính từ 500 triệu đồng (khoản 2).", "Illegal gain of 500 million đồng or more (clause 2)."
        ),
        "value_over_clause_1": Text(
            "Khoáng sản trị giá từ 500 triệu đồng (khoản 1).", "Minerals worth 500 million đồng or more (clause 1)."
        ),
        "value_over_clause_2": Text(
            "Khoáng sản trị giá từ 1 tỷ đồng (khoản 2).", "Minerals worth 1 billion đồng or more (clause 2)."
        ),
        "sanctioned_before": Text(
            "Đã bị xử phạt hoặc kết án về hành vi này.", "Fined or convicted for such an act before."
        ),
        "gain_unknown": Text("Chưa rõ số lợi bất chính.", "The illegal gain is not known."),
        "value_unknown": Text("Chưa rõ trị giá khoáng sản.", "The value of the minerals is not known."),
        "record_unknown": Text("Chưa rõ tiền sự, tiền án.", "Not known whether fined or convicted before."),
        "a_person_decides": Text(
            "Chỉ là dấu hiệu; người có thẩm quyền quyết định.", "Only a sign; the competent person decides."
        ),
    }
)
