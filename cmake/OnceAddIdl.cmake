# once_add_idl(target files... [INCLUDES dirs...] [LINKS targets...] [CODECS xdr cdr protobuf]
#              [OUT_DIR dir] [SPLIT n] [TYPE_CODES])
#
# Makes the static library `target` from IDL files (.idl, and .x in the ONC RPC language): runs oncec at build time,
# when an IDL file, one that it includes, or oncec itself has changed, compiles what it writes, and carries the
# generated headers (target's sources include "bank.once.hpp") and Once::once to whoever links it.
#
# INCLUDES: folders where #include looks (oncec -I). What is generated from a file below one of them is named by its
#   path from there: with INCLUDES idl, idl/sub/types.idl gives "sub/types.once.hpp"; below none, "types.once.hpp".
# LINKS: other targets of once_add_idl whose IDL files these include. Their INCLUDES are looked in, too.
# CODECS: what the code can encode, cdr and xdr if not said; protobuf brings Once::protobuf along.
# TYPE_CODES: values of all types may stand in an `any`, though their file has none itself (oncec --type-codes).
# SPLIT: over how many .cpp files the code of each IDL file is spread, so that large ones compile in parallel.
# OUT_DIR: where the generated files go, the current binary directory if not said.
#
# The same file serves Once's own tree (the target oncec) and the installed package (Once::oncec).
# -DONCE_COMPILER=path takes another oncec: for cross-compiling, and for builds under a sanitizer.
include_guard(GLOBAL)

# once_idl_unit(variable file folders...): what the files that come from `file` are named for, as oncec names them: its
# path from the deepest folder that it is below, without its ending, or its bare name.
function(once_idl_unit variable file)
  get_filename_component(unit ${file} NAME_WLE)
  set(depth -1)
  foreach(folder IN LISTS ARGN)
    cmake_path(IS_PREFIX folder ${file} NORMALIZE is_below)
    string(LENGTH ${folder} length)
    if(is_below AND length GREATER depth)
      set(depth ${length})
      cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${folder} OUTPUT_VARIABLE unit)
      cmake_path(REMOVE_EXTENSION unit LAST_ONLY)
    endif()
  endforeach()
  set(${variable} ${unit} PARENT_SCOPE)
endfunction()

function(once_add_idl target)
  cmake_parse_arguments(PARSE_ARGV 1 IDL "TYPE_CODES" "OUT_DIR;SPLIT" "CODECS;INCLUDES;LINKS")
  if(NOT IDL_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "once_add_idl(${target}): no IDL files")
  endif()
  if(NOT IDL_CODECS)
    set(IDL_CODECS cdr xdr)
  endif()
  foreach(codec IN LISTS IDL_CODECS)
    if(NOT codec MATCHES "^(cdr|xdr|protobuf)$")
      message(FATAL_ERROR "once_add_idl(${target}): unknown codec '${codec}' (there are cdr, xdr and protobuf)")
    endif()
  endforeach()
  list(JOIN IDL_CODECS "," codecs)
  set(type_codes "")
  if(IDL_TYPE_CODES)
    set(type_codes --type-codes)
  endif()
  set(split "")
  if(DEFINED IDL_SPLIT)
    if(NOT IDL_SPLIT MATCHES "^[1-9][0-9]?[0-9]?$")
      message(FATAL_ERROR "once_add_idl(${target}): SPLIT takes a number from 1 to 999, not '${IDL_SPLIT}'")
    endif()
    set(split --cpp-split ${IDL_SPLIT})
  endif()
  if(NOT IDL_OUT_DIR)
    set(IDL_OUT_DIR ${CMAKE_CURRENT_BINARY_DIR})
  endif()
  get_filename_component(IDL_OUT_DIR ${IDL_OUT_DIR} ABSOLUTE BASE_DIR ${CMAKE_CURRENT_BINARY_DIR})

  set(folders "")
  foreach(folder IN LISTS IDL_INCLUDES)
    get_filename_component(folder ${folder} ABSOLUTE)
    list(APPEND folders ${folder})
  endforeach()
  foreach(other IN LISTS IDL_LINKS)
    if(NOT TARGET ${other})
      message(FATAL_ERROR "once_add_idl(${target}): LINKS ${other}: there is no such target (yet)")
    endif()
    get_target_property(theirs ${other} ONCE_IDL_INCLUDES)
    if(theirs)
      list(APPEND folders ${theirs})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES folders)
  list(TRANSFORM folders PREPEND "-I" OUTPUT_VARIABLE include_options)

  if(ONCE_COMPILER)
    set(compiler ${ONCE_COMPILER})
    set(compiler_depends ${ONCE_COMPILER})
  elseif(TARGET oncec)
    set(compiler oncec) # add_custom_command knows targets: their path, and when they were built anew
    set(compiler_depends oncec)
  else()
    set(compiler Once::oncec)
    set(compiler_depends $<TARGET_FILE:Once::oncec>)
  endif()

  # oncec leaves a file alone whose content stays the same, and Ninja then compiles nothing in vain. Others would run
  # oncec again and again until the files are newer than the IDL.
  set(sources "")
  foreach(file IN LISTS IDL_UNPARSED_ARGUMENTS)
    get_filename_component(file ${file} ABSOLUTE)
    get_filename_component(name ${file} NAME)
    once_idl_unit(unit ${file} ${folders})
    set(base ${IDL_OUT_DIR}/${unit})
    set(generated ${base}.once.hpp ${base}.once.co.hpp ${base}.once.cpp) # the first is that of oncec's rule, as Ninja wants
    if(split)
      foreach(part RANGE 1 ${IDL_SPLIT})
        if(part GREATER 1)
          list(APPEND generated ${base}.once.${part}.cpp)
        endif()
      endforeach()
    endif()
    if("protobuf" IN_LIST IDL_CODECS)
      list(APPEND generated ${base}.once.pb.cpp ${base}.once.pb.hpp)
    endif()
    set(mark_as_done "")
    if(NOT CMAKE_GENERATOR MATCHES "Ninja")
      set(mark_as_done COMMAND ${CMAKE_COMMAND} -E touch ${generated})
    endif()
    add_custom_command(
      OUTPUT ${generated}
      COMMAND ${compiler} --cpp-out ${IDL_OUT_DIR} --codecs ${codecs} ${type_codes} ${split} ${include_options} -MD -MF ${base}.once.d ${file}
      ${mark_as_done}
      DEPENDS ${file} ${compiler_depends}
      DEPFILE ${base}.once.d
      COMMENT "Generating C++ from ${name}"
      VERBATIM)
    list(APPEND sources ${generated})
  endforeach()

  add_library(${target} STATIC ${sources})
  if(TARGET once_generated_code) # in Once's own tree
    add_custom_target(${target}_generated_code DEPENDS ${sources})
    add_dependencies(${target} ${target}_generated_code)
    add_dependencies(once_generated_code ${target}_generated_code)
  endif()
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON ONCE_IDL_INCLUDES "${folders}")
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC ${IDL_OUT_DIR})
  target_link_libraries(${target} PUBLIC ${IDL_LINKS})
  if(TARGET once)
    target_link_libraries(${target} PUBLIC once)
  else()
    target_link_libraries(${target} PUBLIC Once::once)
  endif()
  if("protobuf" IN_LIST IDL_CODECS)
    if(NOT TARGET Once::protobuf)
      message(FATAL_ERROR "once_add_idl(${target}): CODECS protobuf needs Protocol Buffers (Debian: libprotobuf-dev)")
    endif()
    target_link_libraries(${target} PUBLIC Once::protobuf)
  endif()
endfunction()
