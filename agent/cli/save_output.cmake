# SPDX-License-Identifier: Apache-2.0
# Runs PROGRAM VERB and keeps what it prints in OUTPUT; a failure leaves no file that looks finished.
execute_process(COMMAND ${PROGRAM} ${VERB} OUTPUT_VARIABLE text RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ${VERB} ended with ${status}")
endif()
file(WRITE ${OUTPUT} "${text}")
