// idl/once/rpc.proto, which is written beside the files that import it.
#pragma once

#include <string_view>

namespace oncec::backend::proto {

extern const std::string_view kRpcProto;

}  // namespace oncec::backend::proto
