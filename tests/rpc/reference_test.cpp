// Object references and endpoints as text, there and back.
#include "raw.hpp"

namespace once {
namespace {

TEST(ObjectRef, IsParsedBackFromItsText) {
  const ObjectRef references[] = {
      {"", {{TransportKind::Tcp, "127.0.0.1", 7000}}, "alice"},
      {"", {{TransportKind::Udp, "::1", 7000}}, "alice"},
      {"IDL:bank/Account:1.0",
       {{TransportKind::Udp, "host.example", 1}, {TransportKind::Tcp, "::1", 65535}},
       "a/b c?%&\n"},
      {"IDL:bank/Watcher:1.0", {}, "callback-1"},
      {"", {{TransportKind::Tcp, "h", 1}}, ""},
      {},
  };
  for (const ObjectRef& reference : references) {
    const auto parsed = parse_object_ref(to_string(reference));
    ASSERT_TRUE(parsed) << to_string(reference);
    EXPECT_EQ(*parsed, reference) << to_string(reference);
  }
}

TEST(ObjectRef, HasTheTextThatPeopleWrite) {
  const auto reference = parse_object_ref("once://127.0.0.1:7000/bank?transport=udp");
  ASSERT_TRUE(reference);
  EXPECT_EQ(reference->endpoints, (std::vector<Endpoint>{{TransportKind::Udp, "127.0.0.1", 7000}}));
  EXPECT_EQ(reference->key, "bank");
  EXPECT_EQ(to_string(*reference), "once://127.0.0.1:7000/bank?transport=udp");
  EXPECT_EQ(to_string(parse_object_ref("once://[::1]:7/k")->endpoints.front()), "tcp://[::1]:7");
}

TEST(ObjectRef, RefusesWhatItIsNot) {
  for (const char* const bad :
       {"", "once:/", "http://h:1/k", "once://h/k", "once://h:/k", "once://h:65536/k", "once://:1/k",
        "once://h:1x/k", "once://::1:7/k", "once://[h]:1/k", "once://h:1/%", "once://h:1/%4",
        "once://h:1/%zz", "once://h:1/k?x", "once://h:1/k?x=y", "once://h:1/k?transport=sctp",
        "once:///k?transport=udp", "once://h:1/k?also=h:1", "once://a b:1/k"}) {
    EXPECT_FALSE(parse_object_ref(bad)) << bad;
  }
}

TEST(Endpoint, RefusesWhatItIsNot) {
  for (const char* const bad : {"", "udp", "udp://", "udp://h", "sctp://h:1", "udp:/h:1", "udp://h:-1"}) {
    EXPECT_FALSE(parse_endpoint(bad)) << bad;
  }
}

}  // namespace
}  // namespace once
