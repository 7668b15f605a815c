# What `cmake --install` puts down: the runtime, its headers, oncec, and the package that find_package(Once) reads.
include_guard(GLOBAL)
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(once_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Once)

install(TARGETS once EXPORT OnceTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET once_protobuf) # an export of its own: who does not ask for it need not have Protocol Buffers
  install(TARGETS once_protobuf EXPORT OnceProtobufTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT OnceProtobufTargets NAMESPACE Once:: DESTINATION ${once_package_dir})
endif()
if(TARGET once_durable)
  install(TARGETS once_durable EXPORT OnceDurableTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT OnceDurableTargets NAMESPACE Once:: DESTINATION ${once_package_dir})
endif()
if(TARGET once_simulation)
  install(TARGETS once_simulation EXPORT OnceSimulationTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT OnceSimulationTargets NAMESPACE Once:: DESTINATION ${once_package_dir})
endif()
if(TARGET oncec AND NOT ONCE_COMPILER)
  install(TARGETS oncec EXPORT OnceTargets RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(TARGET once_tool)
  install(TARGETS once_tool RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(DIRECTORY runtime/include/once DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES idl/model.proto DESTINATION ${CMAKE_INSTALL_DATADIR}/once)
install(FILES idl/once/rpc.proto DESTINATION ${CMAKE_INSTALL_DATADIR}/once/once)
install(EXPORT OnceTargets NAMESPACE Once:: DESTINATION ${once_package_dir})

configure_package_config_file(cmake/OnceConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/OnceConfig.cmake
                              INSTALL_DESTINATION ${once_package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/OnceConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/OnceConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/OnceConfigVersion.cmake
              cmake/OnceAddIdl.cmake
        DESTINATION ${once_package_dir})
