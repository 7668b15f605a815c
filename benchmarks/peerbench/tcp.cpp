// What the programs over TCP have to themselves.
#include "options.hpp"

const char* const peerbench::kTransport = "tcp";
