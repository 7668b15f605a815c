// One message on its way in fragments: what of it has arrived, is on the way, was lost, or was not sent yet.
// Knows nothing of time, windows or other transfers.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include <once/base/buffer.hpp>
#include <once/base/time.hpp>

#include "core/fragments/fragment_wire.hpp"

namespace once::core {

class OutgoingTransfer {
 public:
  /// `header` and `body` are the message.
  OutgoingTransfer(const CallName& name, std::vector<std::uint8_t> header, Slice body);

  const CallName& name() const { return name_; }
  std::size_t size() const { return header_.size() + body_.size(); }
  std::uint64_t number() const { return number_; }
  std::uint32_t fragment_size() const { return fragment_size_; }
  /// Everything has been sent at least once since begin().
  bool may_have_arrived() const { return count_ != 0 && unsent_ == count_; }
  /// The receiver has said that it has begun to put it together.
  bool was_begun() const { return began_ != 0; }

  /// From here on it is the transfer `number`, in fragments of `fragment_size`, of which none has been sent.
  void begin(std::uint64_t number, std::uint32_t fragment_size);
  /// Nothing of it is on the way any more, and nothing is to be sent until it begins.
  void stop();

  /// The index of the fragment to be sent next: the first that was lost, else the first that was never sent.
  std::optional<std::uint32_t> next();
  /// It leaves now as the session's `order`-th; `out` is what is to be sent, but for path, `oldest` and `ask`.
  void send(Time now, std::uint32_t index, std::uint64_t order, Fragment& out);
  /// Writes a fragment that send() has filled in.
  void write_to(const Fragment& fragment, Side from, std::vector<std::uint8_t>& header, Slice& body) const;

  /// True if the fragment is on the way as the `order`-th that was sent.
  bool is_flying(std::uint32_t index, std::uint64_t order) const;
  /// When that was.
  std::optional<Time> sent_at(std::uint32_t index, std::uint64_t order) const;
  /// A fragment that is on the way was lost.
  void lose(std::uint32_t index);
  std::uint32_t size_of(std::uint32_t index) const;

  /// What an acknowledgement has told.
  enum class News : std::uint8_t {
    None,
    Progress,   // more has arrived
    Forgotten,  // the receiver has forgotten what it had, and begun anew
  };
  News acknowledge(const FragmentAck& ack);
  /// The receiver has everything by what it has said. It says Complete then, so it has lost something.
  bool all_arrived() const { return arrived_ == count_; }

  /// What is on the way now, in octets of the message.
  std::size_t flying_octets() const { return flying_octets_; }

 private:
  enum class State : std::uint8_t { Unsent, Flying, Lost, Arrived };
  struct Piece {
    std::uint64_t order = 0;
    Time sent_at{};
    State state = State::Unsent;
  };

  Piece& piece(std::uint32_t index) { return pieces_[index % pieces_.size()]; }
  const Piece& piece(std::uint32_t index) const { return pieces_[index % pieces_.size()]; }
  bool in_reach(std::uint32_t index) const { return index >= first_ && index < unsent_; }
  /// The fragment is not on the way any more.
  void land(std::uint32_t index);
  void arrive(std::uint32_t index);

  CallName name_;
  std::vector<std::uint8_t> header_;
  Slice body_;
  std::uint64_t number_ = 0;
  std::uint32_t fragment_size_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t first_ = 0;   // everything before it has arrived
  std::uint32_t unsent_ = 0;  // nothing from here on has ever been sent
  std::uint32_t arrived_ = 0;
  std::size_t flying_octets_ = 0;
  std::uint64_t began_ = 0;    // at the receiver; 0: nothing has been heard
  std::vector<Piece> pieces_;  // of [first_, first_ + span), by index modulo their number
  std::deque<std::uint32_t> lost_;
};

}  // namespace once::core
