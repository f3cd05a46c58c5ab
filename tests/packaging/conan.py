# SPDX-License-Identifier: BSL-1.0
# conan.py <shardline> <version>: follows Conan's recipe with classes that do of Conan's what they say
# they do: the version is the headers', and the package holds them and the licence.
import importlib.util
import pathlib
import shutil
import sys
import tempfile
import types


class ConanFile:
    pass


def copy(_, pattern, src, dst):
    found = [p for p in pathlib.Path(src).glob(pattern.replace("/*", "/**/*")) if p.is_file()]
    assert found, f"nothing is {pattern} in {src}"
    for p in found:
        to = pathlib.Path(dst) / p.relative_to(src)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(p, to)


def recipe_of(root):
    conan, tools, files = (types.ModuleType(n) for n in ("conan", "conan.tools", "conan.tools.files"))
    conan.ConanFile = ConanFile
    files.copy = copy
    files.load = lambda _, path: pathlib.Path(path).read_text()
    sys.modules.update({m.__name__: m for m in (conan, tools, files)})
    spec = importlib.util.spec_from_file_location(
        "conanfile", root / "cmake/packaging/conanfile.py")
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(module)
    return module.Shardline()


root, version = pathlib.Path(sys.argv[1]), sys.argv[2]
recipe = recipe_of(root)
recipe.recipe_folder = str(root / "cmake/packaging")
recipe.set_version()
assert recipe.version == version, f"the recipe says version {recipe.version}, the headers {version}"
with tempfile.TemporaryDirectory() as folder:
    recipe.export_sources_folder = recipe.source_folder = folder + "/sources"
    recipe.package_folder = folder + "/package"
    recipe.export_sources()
    recipe.package()
    package = pathlib.Path(recipe.package_folder)
    assert (package / "include/shardline/shardline.hpp").is_file()
    assert (package / "licenses/LICENSE_1_0.txt").is_file()
