// The bank of the documentation, with some of everything else in it, for tests that spoil it in all places.
#pragma once

namespace oncec {

/// Short: its every octet costs some test a compilation or two.
inline constexpr const char* kBank = R"(// The bank.
module bank {
  typedef unsigned long long Cents;
  exception InsufficientFunds { Cents missing; };
  struct Receipt { unsigned long long number; Cents balance; };
  enum Kind { Plain, @value(5) Rich };
  const Cents kMost = 1 << (3 + 2);
  union Note switch (Kind) { case Plain: string<4> text[2]; default: long code; };
  interface Watcher { oneway void changed(in string<32> account, in Cents balance); };  // maybe
  interface Account {
    readonly attribute Cents balance;
    @idempotent @deadline_ms(500) string<4096> statement(in unsigned short year);
    Receipt transfer(in Account to, in Cents amount) raises (InsufficientFunds);
    @orphan(cancel) Cents audit(out sequence<Receipt, 10000> receipts);
  };
  interface Bank : Watcher { Account open(in string<32> owner); };
};
)";

}  // namespace oncec
