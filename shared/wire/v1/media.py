"""What a file is, by its first bytes: names, endings and what somebody declared may be wrong."""

UNKNOWN = "application/octet-stream"
HEAD_BYTES = 64  # enough for everything below

_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    # A frame of MPEG-1 or MPEG-2 layer III without a tag before it (ISO/IEC 11172-3, 2.4.2.3), of AAC in ADTS.
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xfa", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
    (b"#!AMR-WB\n", "audio/amr-wb"),  # RFC 4867, 5.1
    (b"#!AMR\n", "audio/amr"),
)
# ISO base media files: the brand after `ftyp` (ISO/IEC 14496-12, 23008-12).
_BRANDS = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"hevc": "image/heic",
    b"mif1": "image/heif",
    b"msf1": "image/heif",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
}
_EBML = b"\x1aE\xdf\xa3"
# Names of one thing, and containers whose content the brand does not tell.
_SAME = (
    ("image/jpeg", "image/jpg", "image/pjpeg"),
    ("image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"),
    ("video/mp4", "audio/mp4", "audio/m4a", "audio/x-m4a", "video/x-m4v"),
    ("video/3gpp", "audio/3gpp", "video/3gpp2", "audio/3gpp2"),
    ("video/webm", "audio/webm", "video/x-matroska"),
    ("audio/ogg", "video/ogg", "application/ogg", "audio/opus"),
    ("audio/mpeg", "audio/mp3"),
    ("audio/aac", "audio/x-aac", "audio/aacp"),
    ("audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"),
    ("audio/amr", "audio/amr-nb", "audio/amr-wb"),
)
_CANONICAL = {name: names[0] for names in _SAME for name in names}


def media_type(head: bytes) -> str:
    """`head`: the first `HEAD_BYTES` bytes, or all there are. `application/octet-stream` for what is not known: it is
    kept too."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return "video/3gpp" if brand.startswith((b"3gp", b"3g2")) else _BRANDS.get(brand, "video/mp4")
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], UNKNOWN)
    if head.startswith(_EBML):
        return "video/x-matroska" if b"matroska" in head[:HEAD_BYTES] else "video/webm"
    return UNKNOWN


def same_type(declared: str, found: str) -> bool:
    """Whether a declared type is what was found, by any of its names and without its parameters."""
    plain = declared.partition(";")[0].strip().lower()
    return _CANONICAL.get(plain, plain) == _CANONICAL.get(found, found)
