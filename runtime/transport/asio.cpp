// Asio's own definitions (ASIO_SEPARATE_COMPILATION), compiled once.
#include <asio/impl/src.hpp>
