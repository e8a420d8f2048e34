# What `cmake --install BUILD --prefix P` lays out. The man pages and completion scripts are asked of
# the program itself.
include(GNUInstallDirs)
set(documents ${CMAKE_INSTALL_DATADIR}/doc/keyturn)
# Tests are not built for an installation: build `keyturn` before.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

install(TARGETS keyturn RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${CMAKE_CURRENT_LIST_DIR}/systemd/keyturn.service DESTINATION lib/systemd/system)
install(FILES ${PROJECT_SOURCE_DIR}/README.md DESTINATION ${documents})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION ${documents} PATTERN decisions EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/config/charters DESTINATION ${documents}/examples)
install(FILES ${PROJECT_SOURCE_DIR}/config/keyturn.toml DESTINATION ${documents}/examples)
install(CODE "
  set(program \"$<TARGET_FILE:keyturn>\")
  set(share \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}\")
  file(MAKE_DIRECTORY \${share}/man/man1)
  execute_process(COMMAND \${program} man --all \${share}/man/man1 COMMAND_ERROR_IS_FATAL ANY)
  foreach(place bash:bash-completion/completions/keyturn zsh:zsh/vendor-completions/_keyturn
                fish:fish/vendor_completions.d/keyturn.fish)
    string(REPLACE \":\" \";\" place \${place})
    list(GET place 0 shell)
    list(GET place 1 file)
    get_filename_component(folder \${share}/\${file} DIRECTORY)
    file(MAKE_DIRECTORY \${folder})
    execute_process(COMMAND \${program} completion \${shell} OUTPUT_FILE \${share}/\${file}
                    COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
")
