# SPDX-License-Identifier: BSL-1.0
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(shardline_package ${CMAKE_INSTALL_DATADIR}/cmake/shardline)

configure_package_config_file(cmake/shardlineConfig.cmake.in shardlineConfig.cmake
  INSTALL_DESTINATION ${shardline_package} NO_SET_AND_CHECK_MACRO)
# Before 1.0 a new minor version may break its users.
write_basic_package_version_file(shardlineConfigVersion.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)

install(TARGETS shardline EXPORT shardlineTargets FILE_SET HEADERS)
install(EXPORT shardlineTargets NAMESPACE shardline:: DESTINATION ${shardline_package})
install(FILES
  ${PROJECT_BINARY_DIR}/shardlineConfig.cmake
  ${PROJECT_BINARY_DIR}/shardlineConfigVersion.cmake
  cmake/Dependencies.cmake
  DESTINATION ${shardline_package})
install(FILES cmake/packaging/LICENSE_1_0.txt
  DESTINATION ${CMAKE_INSTALL_DATADIR}/licenses/shardline)

# For builds without CMake: pkg-config --cflags shardline. The headers are found from where the file
# stands, so that the installed tree can be moved.
set(shardline_pkgconfig ${CMAKE_INSTALL_DATADIR}/pkgconfig)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
  BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}/${shardline_pkgconfig} OUTPUT_VARIABLE shardline_pc_prefix)
configure_file(cmake/packaging/shardline.pc.in shardline.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/shardline.pc DESTINATION ${shardline_pkgconfig})

# What is installed, under which licences and on whose: SPDX 2.3. SOURCE_DATE_EPOCH makes it the same
# from build to build.
set(shardline_contents)
foreach(header IN LISTS SHARDLINE_HEADERS)
  file(SHA1 ${header} digest)
  string(SHA1 shardline_contents "${shardline_contents}${digest}")
endforeach()
string(TIMESTAMP shardline_created "%Y-%m-%dT%H:%M:%SZ" UTC)
configure_file(cmake/packaging/shardline.spdx.json.in shardline.spdx.json @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/shardline.spdx.json
  DESTINATION ${CMAKE_INSTALL_DATADIR}/sbom/shardline)
