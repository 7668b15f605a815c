# Compile settings of our own code: warnings, Asio's switches, sanitizers. What users of the package need
# (Asio's switches) is attached to Once::once itself; the rest stays here.
include_guard(GLOBAL)

set(ONCE_SANITIZE "" CACHE STRING "Sanitizers for everything that is built, as -fsanitize= takes them: address,undefined or thread")

find_package(Threads REQUIRED)
find_program(ONCE_CCACHE ccache)
if(ONCE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${ONCE_CCACHE})
endif()

# Half of the time that a build from nothing takes goes into headers. The ordinary build bears it: it shows that each file
# includes what it needs, and builds little again after a change.
option(ONCE_UNITE "Compile our own code several files at a time" OFF)

if(ONCE_SANITIZE)
  add_compile_options(-fsanitize=${ONCE_SANITIZE} -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${ONCE_SANITIZE})
  if(ONCE_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
  if(ONCE_SANITIZE MATCHES "thread")
    add_compile_definitions(ASIO_DISABLE_FENCED_BLOCK) # g++ refuses atomic_thread_fence under TSan
  endif()
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # clang 14 on libstdc++ 12: Asio needs to be told that coroutines exist.
  add_compile_definitions(ASIO_HAS_STD_COROUTINE ASIO_HAS_CO_AWAIT)
  if(ONCE_SANITIZE MATCHES "undefined")
    # function: wrong about coroutines. vptr: opens a pipe to see whether memory can be read, and where no descriptor
    # is left (we test that) it takes every object for dead.
    add_compile_options(-fno-sanitize=function,vptr)
  endif()
endif()

# once_unite(target files): compiles it so many files at a time; 0: all of them.
function(once_unite target files)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${files})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ takes an included file's unnamed namespace for a header's, and sees into a test's own operator new.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage -Wno-mismatched-new-delete)
  endif()
endfunction()

# once_own_code(target): the warnings that our code and generated code must be free of.
function(once_own_code target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(${target} PRIVATE -Wno-restrict) # g++ 12 sees overlaps in "text" + std::string that are none
  endif()
  if(ONCE_UNITE)
    once_unite(${target} 24)
  endif()
  if(ONCE_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

# once_compile_quickly(target [files...]): the target, or these files of it, are not optimized in a release build.
# For command lines, whose library takes ten seconds a file to optimize, and for programs that are built to run once.
function(once_compile_quickly target)
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
    return()
  endif()
  if(ARGN)
    set_property(SOURCE ${ARGN} TARGET_DIRECTORY ${target} APPEND PROPERTY COMPILE_OPTIONS -O0)
  else()
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()
