# The program: what it tells of a trace, and what of one that it cannot read. A line of the table: exit status, a part of what is
# written, and the words of the command.
function(expect status text)
  execute_process(COMMAND ${ONCE} ${ARGN} RESULT_VARIABLE ended OUTPUT_VARIABLE out ERROR_VARIABLE out)
  string(FIND "${out}" "${text}" found)
  if(NOT ended EQUAL status OR found EQUAL -1)
    message(SEND_ERROR "once ${ARGN}: status ${ended} instead of ${status}, or not '${text}' in\n${out}")
  endif()
endfunction()

set(trace ${CHARTS}/stale-as-new.trace)
expect(0 "01f3b32c21998c00:3" explain ${trace})
expect(0 "Call 01f3b32c21998c00:3: call-8, at most once, of client-2" explain ${trace} 01f3:3)
expect(1 "once: no call 77:1 in these traces" explain ${trace} 77:1)
expect(2 "once: cannot read '01f3'; a call is named SESSION:NUMBER" explain ${trace} 01f3)
expect(2 "once: no trace is named, only a call" explain 01f3:3)
expect(2 "A subcommand is required")

file(READ ${trace} lines)
file(WRITE ${FOLDER}/damaged.trace "# one\nat=1 host=x step=nothing\n${lines}at=2\n")
expect(0 "damaged.trace:2: this line and 1 more are no events, and are left out" explain ${FOLDER}/damaged.trace)

expect(0 "" chart ${trace} 01f3:3 -o ${FOLDER}/drawn.svg --title "A late copy of a finished request runs again")
execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${FOLDER}/drawn.svg ${CHARTS}/stale-as-new.svg RESULT_VARIABLE differs)
if(differs)
  message(SEND_ERROR "the chart is not the one in ${CHARTS}")
endif()
expect(2 "once: cannot write '${FOLDER}/nowhere/drawn.svg'" chart ${trace} -o ${FOLDER}/nowhere/drawn.svg)
