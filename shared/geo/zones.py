"""The plane coordinate systems of VN-2000 and the provinces that used them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shared.vietnamese import search_key


@dataclass(frozen=True, slots=True)
class Zone:
    """A transverse Mercator projection from the equator: false easting 500,000 m, no false northing."""

    epsg: int
    name: str
    central_meridian_deg: float
    scale: float

    @property
    def title(self) -> str:
        """With its meridian, which some names hide: "VN-2000 / TM-3 zone 482, 105°00'"."""
        degrees, minutes = divmod(round(self.central_meridian_deg * 60), 60)
        return f"{self.name}, {degrees}°{minutes:02d}'"


def _zones() -> Mapping[int, Zone]:
    six_degrees = [(3405, "UTM zone 48N", 105.0), (3406, "UTM zone 49N", 111.0)]
    three_degrees = [
        (5896, "TM-3 zone 481", 102.0),
        (5897, "TM-3 zone 482", 105.0),
        (5898, "TM-3 zone 491", 108.0),
        (5899, "TM-3 107-45", 107.75),
        (9205, "TM-3 103-00", 103.0),
        (9206, "TM-3 104-00", 104.0),
        (9207, "TM-3 104-30", 104.5),
        (9208, "TM-3 104-45", 104.75),
        (9209, "TM-3 105-30", 105.5),
        (9210, "TM-3 105-45", 105.75),
        (9211, "TM-3 106-00", 106.0),
        (9212, "TM-3 106-15", 106.25),
        (9213, "TM-3 106-30", 106.5),
        (9214, "TM-3 107-00", 107.0),
        (9215, "TM-3 107-15", 107.25),
        (9216, "TM-3 107-30", 107.5),
        (9217, "TM-3 108-15", 108.25),
        (9218, "TM-3 108-30", 108.5),
    ]
    zones = [Zone(epsg, f"VN-2000 / {name}", meridian, 0.9996) for epsg, name, meridian in six_degrees]
    zones += [Zone(epsg, f"VN-2000 / {name}", meridian, 0.9999) for epsg, name, meridian in three_degrees]
    return MappingProxyType({zone.epsg: zone for zone in zones})


# By EPSG number (EPSG registry, names and parameters as there).
ZONES: Mapping[int, Zone] = _zones()

_PROVINCES = {
    5897: "Bạc Liêu, Cần Thơ, Đồng Tháp, Hà Nam, Hà Nội, Hậu Giang, Ninh Bình, Thanh Hóa, Vĩnh Phúc",
    5898: "Quảng Ngãi",
    5899: "Bà Rịa - Vũng Tàu, Đà Nẵng, Đồng Nai, Lâm Đồng, Quảng Nam, Quảng Ninh",
    9205: "Điện Biên, Lai Châu",
    9206: "Sơn La",
    9207: "Cà Mau, Kiên Giang",
    9208: "An Giang, Lào Cai, Nghệ An, Phú Thọ, Yên Bái",
    9209: "Bắc Ninh, Hà Giang, Hà Tĩnh, Hải Dương, Hưng Yên, Nam Định, Sóc Trăng, Tây Ninh, Thái Bình, Trà Vinh, "
    "Vĩnh Long",
    9210: "Bến Tre, Bình Dương, Cao Bằng, Hải Phòng, Hồ Chí Minh, Long An, Tiền Giang",
    9211: "Hòa Bình, Quảng Bình, Tuyên Quang",
    9212: "Bình Phước, Quảng Trị",
    9213: "Bắc Kạn, Thái Nguyên",
    9214: "Bắc Giang, Thừa Thiên Huế",
    9215: "Lạng Sơn",
    9216: "Kon Tum",
    9217: "Bình Định, Khánh Hòa, Ninh Thuận",
    9218: "Bình Thuận, Đắk Lắk, Đắk Nông, Gia Lai, Phú Yên",
}
# Province as it was before the mergers of 2025 → EPSG number of the zone its surveys used (EPSG's areas of use, which
# agree with Thông tư 973/2001/TT-TCĐC). A suggestion only: a merged province may hold tables of two zones, and what a
# table is in stands on the table.
PROVINCE_ZONES: Mapping[str, int] = MappingProxyType(
    {name: epsg for epsg, names in _PROVINCES.items() for name in names.split(", ")}
)

# Province of today by its code (Nghị quyết 202/2025/QH15) → the zone that all it was made of used; the other
# seventeen were merged from provinces of several, and there only the former province of a commune tells.
MERGED_ZONES: Mapping[str, int] = MappingProxyType(
    {
        "01": 5897,  # Hà Nội
        "04": 9210,  # Cao Bằng
        "11": 9205,  # Điện Biên
        "12": 9205,  # Lai Châu
        "14": 9206,  # Sơn La
        "15": 9208,  # Lào Cai, Yên Bái
        "19": 9213,  # Thái Nguyên, Bắc Kạn
        "20": 9215,  # Lạng Sơn
        "22": 5899,  # Quảng Ninh
        "33": 9209,  # Hưng Yên, Thái Bình
        "38": 5897,  # Thanh Hóa
        "40": 9208,  # Nghệ An
        "42": 9209,  # Hà Tĩnh
        "46": 9214,  # Huế
        "48": 5899,  # Đà Nẵng, Quảng Nam
        "56": 9217,  # Khánh Hòa, Ninh Thuận
        "66": 9218,  # Đắk Lắk, Phú Yên
    }
)


def zone_of_commune(province_code: str, former: Iterable[str]) -> Zone | None:
    """`former`: what the commune was made of, as "Xã Kim Sơn, Huyện Đông Triều, Tỉnh Quảng Ninh". None where nothing
    says it, or two things say two."""
    if province_code in MERGED_ZONES:
        return ZONES[MERGED_ZONES[province_code]]
    said = {suggested_zone(one.rpartition(",")[2]) for one in former if "," in one} - {None}
    return said.pop() if len(said) == 1 else None


def zone(epsg: int) -> Zone:
    """ValueError when the number is none of VN-2000's plane systems."""
    found = ZONES.get(epsg)
    if found is None:
        raise ValueError(f"EPSG:{epsg} is no VN-2000 zone; known are {', '.join(map(str, sorted(ZONES)))}")
    return found


def suggested_zone(province: str) -> Zone | None:
    """The zone of a province in any spelling ("Tỉnh Hoà Bình", "TP. Hồ Chí Minh", "hung yen"); None if unknown."""
    epsg = _BY_PLAIN_NAME.get(_plain(province))
    return None if epsg is None else ZONES[epsg]


def _plain(name: str) -> str:
    """Letters without accents or gaps (Hòa, Hoà and HOA are one), without "tỉnh" and "thành phố"."""
    words = search_key(name).split()
    for title in (["tinh"], ["thanh", "pho"], ["tp"]):
        if words[: len(title)] == title:
            words = words[len(title) :]
    return "".join(words)


_BY_PLAIN_NAME: Mapping[str, int] = {
    **{_plain(name): epsg for name, epsg in PROVINCE_ZONES.items()},
    "hcm": PROVINCE_ZONES["Hồ Chí Minh"],
    "tphcm": PROVINCE_ZONES["Hồ Chí Minh"],
    "hue": PROVINCE_ZONES["Thừa Thiên Huế"],
    "baccan": PROVINCE_ZONES["Bắc Kạn"],
    "daclac": PROVINCE_ZONES["Đắk Lắk"],
    "dacnong": PROVINCE_ZONES["Đắk Nông"],
}
