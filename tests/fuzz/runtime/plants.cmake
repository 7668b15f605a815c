# The fuzzed copy of the runtime: which bugs can be in it. A line of a file is replaced by one that leaves a check out
# if the test asks for it; that the line is there, and once, is checked when CMake runs.
set(runtime ${PROJECT_SOURCE_DIR}/runtime)
set(planted_runtime ${CMAKE_CURRENT_BINARY_DIR}/planted)
set(planted_files "")

# once_plant(file old new): `new` stands for `old` in the copy of runtime/<file>.
function(once_plant file old new)
  if(ONCE_FUZZ_COVERAGE)
    return()
  endif()
  string(MAKE_C_IDENTIFIER "planted_${file}" text)
  if(NOT DEFINED ${text})
    file(READ ${runtime}/${file} ${text})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${runtime}/${file})
    set(planted_files ${planted_files} ${file} PARENT_SCOPE)
  endif()
  string(FIND "${${text}}" "${old}" first)
  string(FIND "${${text}}" "${old}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "tests/fuzz/runtime/plants.cmake: not once in runtime/${file}: ${old}")
  endif()
  string(REPLACE "${old}" "${new}" replaced "${${text}}")
  set(${text} "${replaced}" PARENT_SCOPE)
endfunction()

# Sizes in too few bits: what made Sun's XDR famous.
once_plant(include/once/codec/xdr.hpp
  "    const std::size_t octets = before + size + padding;"
  "    const std::size_t octets = fuzz::planted(\"XdrLengthWraps\") ? static_cast<std::uint16_t>(before + size + padding) : before + size + padding;")
# Memory for as many elements as a message claims to have.
once_plant(include/once/codec/coder.hpp
  "    if (count > static_cast<std::size_t>(message_end_ - next_) / element_octets_min) [[unlikely]] {"
  "    if (!fuzz::planted(\"CountUnchecked\") && count > static_cast<std::size_t>(message_end_ - next_) / element_octets_min) [[unlikely]] {")
once_plant(protobuf/reader.cpp
  "  if (length > in_.BytesUntilLimit() || !in_.GetDirectBufferPointer(&data, &available) ||\n      available < length) {"
  "  if ((!fuzz::planted(\"ProtobufLengthUnchecked\") && length > in_.BytesUntilLimit()) || !in_.GetDirectBufferPointer(&data, &available) ||\n      (!fuzz::planted(\"ProtobufLengthUnchecked\") && available < length)) {")
once_plant(core/wire.cpp
  "    if (size > header.size() - at) return Errc::truncated;"
  "    if (!fuzz::planted(\"ExtensionLengthUnchecked\") && size > header.size() - at) return Errc::truncated;")
once_plant(core/wire.cpp
  "  if (length < kPrefixSize || length > length_max) return {};"
  "  if (length < kPrefixSize || (!fuzz::planted(\"StreamLengthUnchecked\") && length > length_max)) return {};")
once_plant(rpc/object_ref.cpp
  "    if (text.size() - i < 3) return bad_reference();"
  "    if (!fuzz::planted(\"PercentAtTheEnd\") && text.size() - i < 3) return bad_reference();")
# A fragment of another message taken for one of this.
once_plant(core/fragments/reassembly.cpp
  "  if (fragment.whole_length != first_.whole_length || fragment.fragment_size != first_.fragment_size ||"
  "  if ((!fuzz::planted(\"GeometryUnchecked\") && (fragment.whole_length != first_.whole_length || fragment.fragment_size != first_.fragment_size)) ||")
# Copies that stay the same keep their time, so that nothing is compiled in vain.
file(GLOB_RECURSE left_over RELATIVE ${planted_runtime} ${planted_runtime}/*)
foreach(file IN LISTS left_over)
  if(NOT file IN_LIST planted_files)
    file(REMOVE ${planted_runtime}/${file})
  endif()
endforeach()
foreach(file IN LISTS planted_files)
  string(MAKE_C_IDENTIFIER "planted_${file}" text)
  set(old "")
  if(EXISTS ${planted_runtime}/${file})
    file(READ ${planted_runtime}/${file} old)
  endif()
  if(NOT "${old}" STREQUAL "${${text}}")
    file(WRITE ${planted_runtime}/${file} "${${text}}")
  endif()
endforeach()

# once_fuzzed_source(variable file): runtime/<file>, or its copy.
function(once_fuzzed_source variable file)
  if(file IN_LIST planted_files)
    set(${variable} ${planted_runtime}/${file} PARENT_SCOPE)
  else()
    set(${variable} ${runtime}/${file} PARENT_SCOPE)
  endif()
endfunction()
