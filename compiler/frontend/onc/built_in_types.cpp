// What <rpc/types.h>, <rpc/xdr.h>, <rpc/auth.h> and the system's <sys/types.h> define, by the form that their
// XDR routines give it. C's long is four octets there on every machine.
#include "frontend/onc/built_in_types.hpp"

namespace oncec::frontend::onc {

std::string_view built_in_types() {
  return R"(
typedef char int8_t;
typedef unsigned char uint8_t;
typedef short int16_t;
typedef unsigned short uint16_t;
typedef int int32_t;
typedef unsigned int uint32_t;
typedef hyper int64_t;
typedef unsigned hyper uint64_t;
typedef unsigned char u_int8_t;
typedef unsigned short u_int16_t;
typedef unsigned int u_int32_t;
typedef unsigned hyper u_int64_t;
typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
typedef unsigned int u_long;
typedef hyper quad_t;
typedef unsigned hyper u_quad_t;
typedef hyper longlong_t;
typedef unsigned hyper u_longlong_t;
typedef bool bool_t;
typedef int enum_t;

typedef unsigned int rpcprog_t;
typedef unsigned int rpcvers_t;
typedef unsigned int rpcproc_t;
typedef unsigned int rpcprot_t;
typedef unsigned int rpcport_t;
typedef int rpc_inline_t;

const MAXNETNAMELEN = 255;
typedef opaque netobj<1024>;
typedef opaque des_block[8];
struct netbuf {
  unsigned int maxlen;
  opaque buf<>;
};
struct opaque_auth {
  int oa_flavor;
  opaque oa_body<400>;
};
)";
}

}  // namespace oncec::frontend::onc
