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
