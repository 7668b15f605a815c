// What the programs over UDP have to themselves.
#include "options.hpp"

const char* const peerbench::kTransport = "udp";
