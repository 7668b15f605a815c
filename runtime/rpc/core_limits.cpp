#include "rpc/core_limits.hpp"

#include <algorithm>

namespace once::detail {

core::ServerLimits server_limits(const Limits& limits) {
  core::ServerLimits result;
  result.window_max = limits.window;
  result.lease = limits.lease;
  result.lasting_lease = limits.lasting_lease;
  result.sessions_max = limits.sessions_max;
  result.running_per_client_max = limits.running_per_client_max;
  result.running_max = limits.running_max;
  result.queued_max = limits.queued_requests_max;
  result.request_bytes_max = limits.request_bytes_max;
  result.queue_target = limits.queue_target;
  result.queue_interval = limits.queue_interval;
  result.records_max = limits.records_max;
  result.reply_bytes_per_session = limits.reply_bytes_per_session;
  result.reply_bytes_max = limits.reply_bytes_max;
  result.message_max = limits.message_max;
  return result;
}

Limits share_of(const Limits& limits, std::size_t loops) {
  Limits result = limits;
  for (std::size_t* const whole :
       {&result.sessions_max, &result.records_max, &result.connections_max, &result.connection_threads_max,
        &result.running_max, &result.queued_requests_max, &result.request_bytes_max, &result.reply_bytes_max,
        &result.reassembly_bytes_max, &result.fragmented_bytes_max}) {
    *whole = std::max<std::size_t>(1, *whole / loops);
  }
  return result;
}

core::ClientLimits client_limits(const Limits& limits, bool loopback) {
  core::ClientLimits result;
  result.window_max = limits.window;
  result.queued_calls_max = limits.queued_calls_max;
  result.queued_bytes_max = limits.queued_bytes_max;
  result.message_max = limits.message_max;
  result.rto_first = loopback ? limits.rto_first_loopback : limits.rto_first;
  result.rto_min = loopback ? limits.rto_min_loopback : limits.rto_min;
  result.rto_max = loopback ? limits.rto_max_loopback : limits.rto_max;
  result.idle_acknowledgement = limits.idle_acknowledgement;
  result.retry_percent = limits.retry_percent;
  result.retry_reserve = limits.retry_reserve;
  return result;
}

core::FragmentLimits fragment_limits(const Limits& limits) {
  core::FragmentLimits result;
  result.message_max = limits.message_max;
  result.reassembly_bytes_max = limits.reassembly_bytes_max;
  result.sending_bytes_max = limits.fragmented_bytes_max;
  result.transfers_max = limits.transfers_max;
  result.stall = limits.reassembly_stall;
  result.datagram_max = limits.datagram_search_max;
  return result;
}

ClientInstance new_instance(RandomSource& random) {
  return {random.number(), random.number()};
}

Epoch new_epoch(RandomSource& random) {
  return {0, random.number()};
}

std::uint32_t new_life(RandomSource& random) {
  return static_cast<std::uint32_t>(random.number());
}

}  // namespace once::detail
