# The fuzzer must find the planted bug within a minute: a test that can fail shows that the fuzzers can.
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})
string(REPLACE "|" ";" OPTIONS "${OPTIONS}")
string(TIMESTAMP begin %s)
execute_process(
  COMMAND ${CMAKE_COMMAND} -E env ONCE_PLANT=${BUG} ${FUZZER} ${OPTIONS} -max_total_time=60 -artifact_prefix=${FOLDER}/ ${FOLDER} ${SEEDS}
  RESULT_VARIABLE status
  ERROR_VARIABLE text
  OUTPUT_QUIET)
string(TIMESTAMP end %s)
math(EXPR took "${end} - ${begin}")
string(REGEX MATCH "violated: [^\n]*|ERROR: [^\n]*|runtime error: [^\n]*|[^\n]*Assertion[^\n]*" finding "${text}")
if(status EQUAL 0 OR finding STREQUAL "")
  message(FATAL_ERROR "${BUG} was not found in ${took} s:\n${text}")
endif()
message(STATUS "${BUG} was found in ${took} s: ${finding}")
