#A planted bug is found, its run made smaller, and the command line that is printed run again.
execute_process(COMMAND $ { SIMULATOR } --bug StaleAsNew-- shrink OUTPUT_VARIABLE told RESULT_VARIABLE
                    status) if (NOT status EQUAL 1 OR NOT told MATCHES
                                "\n([SL][0-9]+ [a-z ]+): [^\n]*\nagain: simulator ([^\n]*--without[^\n]*)")
    message(FATAL_ERROR "no smaller run was printed (status ${status}):\n${told}") endif()
        set(invariant "${CMAKE_MATCH_1}") separate_arguments(options UNIX_COMMAND "${CMAKE_MATCH_2}")
            execute_process(COMMAND ${SIMULATOR} ${options} OUTPUT_VARIABLE told RESULT_VARIABLE status) if (
                NOT status EQUAL 1 OR NOT told MATCHES "\n${invariant}: ")
                message(FATAL_ERROR "'${options}' does not break ${invariant} (status ${status}):\n${told}")
                    endif()
