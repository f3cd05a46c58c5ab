# SPDX-License-Identifier: BSL-1.0
# An overlay port: vcpkg install shardline --overlay-ports=cmake/packaging/vcpkg. It builds the clone
# that it stands in.
cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH packaging)
cmake_path(GET packaging PARENT_PATH cmake)
cmake_path(GET cmake PARENT_PATH SOURCE_PATH)
set(VCPKG_BUILD_TYPE release)  # headers are alike in both

vcpkg_cmake_configure(SOURCE_PATH "${SOURCE_PATH}" OPTIONS -DSHARDLINE_PLANNER=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/shardline)
vcpkg_fixup_pkgconfig()
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/cmake/packaging/LICENSE_1_0.txt")
