// Endpoints and object references as text. What is accepted is written as a text that means the same.
#include <once/rpc/object_ref.hpp>

#include "harness.hpp"

namespace once::fuzz {

void run_input(ByteView octets) {
  const std::string_view text = as_text(octets);
  const HeapWatch heap;
  if (const auto endpoint = parse_endpoint(text)) {
    demand(!endpoint->host.empty() && endpoint->host.size() <= 255, "a host has a name");
    const auto again = parse_endpoint(to_string(*endpoint));
    demand(again && *again == *endpoint, "an endpoint is the same when it was written down");
  }
  if (const auto reference = parse_object_ref(text)) {
    demand(reference->key.size() <= text.size(), "a key is in the text");
    const std::string written = to_string(*reference);
    const auto again = parse_object_ref(written);
    demand(again && *again == *reference, "a reference is the same when it was written down");
    demand(to_string(*again) == written, "a reference has one text");
  }
  demand(heap.peak() <= 64 * text.size() + 16'384, "a reference takes memory in proportion");
}

}  // namespace once::fuzz
