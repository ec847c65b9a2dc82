"""Runs under the Python of the build tools, in the folder of the spec:  python inside.py tokens|graph [requirement …]

Says JSON on stdout after whatever the tools say themselves: the last line is the answer.
"""

import json
import sys
from importlib import import_module
from typing import Any

BOOTSTRAP = "sdl2"


def main(command: str, *names: str) -> int:
    answer = {"tokens": _tokens, "graph": _graph}[command](*names)
    sys.stdout.write(f"\n{json.dumps(answer)}\n")
    return 0


def _tokens() -> Any:
    """buildozer's own check of buildozer.spec; it says what is wrong and ends the process."""
    tool = import_module("buildozer").Buildozer("buildozer.spec", "android")
    tool.check_configuration_tokens()
    tool.target.check_configuration_tokens()
    return tool.config.get("app", "package.name")


def _graph(*names: str) -> Any:
    """What python-for-android compiles for these names, in its order, and what it leaves to pip."""
    context = import_module("pythonforandroid.build").Context()
    context.recipe_build_order, context.bootstrap = [], None
    recipe = import_module("pythonforandroid.recipe").Recipe
    bootstrap = import_module("pythonforandroid.bootstrap").Bootstrap.get_bootstrap(BOOTSTRAP, context)
    order = import_module("pythonforandroid.graph").get_recipe_order_and_bootstrap
    recipes, modules, _ = order(context, set(names), bootstrap)
    made = [recipe.get_recipe(name, context) for name in recipes]
    return {
        "recipes": [[one.name, one.version] for one in made],
        "modules": sorted(modules),
    }


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
