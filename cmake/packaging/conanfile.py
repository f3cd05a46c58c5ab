# SPDX-License-Identifier: BSL-1.0
# Conan 2, of the clone that it stands in: conan create cmake/packaging
import os
import re

from conan import ConanFile
from conan.tools.files import copy, load


class Shardline(ConanFile):
    name = "shardline"
    description = "What a parallel layout of a large language model holds, costs and delivers"
    license = "BSL-1.0"
    package_type = "header-library"
    options = {"eigen": [True, False], "json": [True, False]}
    default_options = {"eigen": False, "json": False}
    no_copy_source = True

    def _root(self):
        return os.path.join(self.recipe_folder, os.pardir, os.pardir)

    def set_version(self):
        macros = load(self, os.path.join(self._root(), "include/shardline/base/fwd.hpp"))
        parts = re.findall(r"#define SHARDLINE_VERSION_\w+ (\d+)", macros)
        self.version = ".".join(parts)

    def export_sources(self):
        copy(self, "include/*", self._root(), self.export_sources_folder)
        copy(self, "LICENSE_1_0.txt", self.recipe_folder, self.export_sources_folder)

    def requirements(self):
        self.requires("boost/[>=1.74]", options={"header_only": True})
        if self.options.eigen:
            self.requires("eigen/[>=3.4]")
        if self.options.json:
            self.requires("nlohmann_json/[>=3.10]")

    def package_id(self):
        self.info.clear()

    def package(self):
        copy(self, "LICENSE_1_0.txt", self.source_folder,
             os.path.join(self.package_folder, "licenses"))
        copy(self, "include/*", self.source_folder, self.package_folder)

    def package_info(self):
        self.cpp_info.set_property("cmake_target_name", "shardline::shardline")
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
