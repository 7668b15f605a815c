// What a misbehaving client does: it takes one of its own recent messages, changes what a correct client
// would never change, and sends it again with right checksums.
#include "client_host.hpp"
#include "wire_view.hpp"
#include "world.hpp"

namespace once::simulator {

void ClientHost::remember(const Slice& message) {
  constexpr std::size_t kRemembered = 4;
  const WireType type = WireEdit{message}.type();
  if (type != WireType::Request && type != WireType::Fragment) return;
  std::vector<Slice>& memory = type == WireType::Request ? own_messages_ : own_fragments_;
  if (memory.size() == kRemembered) memory.erase(memory.begin());
  memory.push_back(message);
}

/// Fragments that say something else than before: other octets, another place, transfer, length or session.
void ClientHost::misbehave_with_fragments() {
  constexpr std::size_t kFieldsAt = 16;
  Bundle bundle;
  for (std::uint32_t times = random_.between(1, 8); times > 0; --times) {
    WireEdit edit{own_fragments_[random_.below(static_cast<std::uint32_t>(own_fragments_.size()))]};
    if (random_.chance(0.5)) {
      edit.change_payload(static_cast<std::uint8_t>(random_.between(1, 255)));
    } else {
      const auto fields = static_cast<std::uint32_t>(edit.header_size() - kFieldsAt);
      edit.flip(kFieldsAt + random_.below(fields), static_cast<std::uint8_t>(random_.between(1, 255)));
    }
    send_bytes(std::move(edit).sealed(), 0, bundle);
  }
}

void ClientHost::misbehave() {
  if (!up() || paused() || !connected_) return;
  if (!own_fragments_.empty() && random_.chance(0.3)) {
    misbehave_with_fragments();
    return settle();
  }
  if (own_messages_.empty()) return;
  enum Misdeed : std::uint8_t {
    OtherContent,
    FarNumber,
    NewNumber,
    ProbeNew,
    CancelNew,
    OtherSession,
    AcknowledgeAll,
    WildBitmap,
    NoBudget,
    OtherSemantics,
    Wild,
    Count
  };
  const auto misdeed = static_cast<Misdeed>(random_.below(Count));
  world_.note(Step::Misbehaved, number(), 0, misdeed);
  Bundle bundle;
  // A few at a time: the first may be lost, and the second meets what the first has left.
  for (std::uint32_t times = random_.between(1, 4); times > 0; --times) {
    const Slice& origin = own_messages_[random_.below(static_cast<std::uint32_t>(own_messages_.size()))];
    WireEdit edit{origin};
    const std::size_t header_size = edit.header_size();
    switch (misdeed) {
      case OtherContent: edit.set_operation(static_cast<std::uint32_t>(random_.next())); break;
      case FarNumber: edit.set_sequence(edit.sequence() + random_.between(65, 1'000'000)); break;
      case NewNumber: edit.set_sequence(edit.sequence() + random_.between(1, 8)); break;
      case ProbeNew:
      case CancelNew:
        edit.set_type(misdeed == ProbeNew ? WireType::Probe : WireType::Cancel);
        edit.set_sequence(edit.sequence() + random_.between(1, 16));
        break;
      case OtherSession: edit.set_session(random_.next()); break;
      case AcknowledgeAll: edit.set_acknowledged_through(edit.sequence() + random_.between(0, 3)); break;
      case WildBitmap: edit.set_bitmap(random_.next()); break;
      case NoBudget: edit.set_budget_ms(0); break;
      case OtherSemantics: edit.set_semantics(static_cast<std::uint8_t>(random_.below(5))); break;
      default:
        for (std::uint32_t flips = random_.between(1, 3); flips > 0; --flips) {
          edit.flip(random_.below(static_cast<std::uint32_t>(header_size)),
                    static_cast<std::uint8_t>(random_.between(1, 255)));
        }
    }
    const Slice sealed = std::move(edit).sealed();
    send_bytes(sealed, peek_request_body(origin.view().subspan(header_size)), bundle);
  }
  settle();
}

}  // namespace once::simulator
