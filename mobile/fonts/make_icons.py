"""Makes icons.ttf, with only the icons the app draws:  python mobile/fonts/make_icons.py webfont.ttf

The font comes from the package @mdi/font 7.4.47 (npm), Apache-2.0; see NOTICE.md.
"""

import sys
from pathlib import Path

from fontTools import subset

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))


def main(source: str) -> None:
    from mobile.ui.icons import CODES

    options = subset.Options(glyph_names=False, hinting=False, notdef_outline=True, name_IDs=["*"])
    font = subset.load_font(source, options)
    maker = subset.Subsetter(options)
    maker.populate(unicodes=CODES.values())
    maker.subset(font)
    subset.save_font(font, str(HERE / "icons.ttf"), options)


if __name__ == "__main__":
    main(sys.argv[1])
