// SPDX-License-Identifier: BSL-1.0
/// A priced deployment as the servers that it is started as.
#pragma once

#include <string>

#include "shardline/io/launch/checked.hpp"
#include "shardline/io/launch/sglang.hpp"
#include "shardline/io/launch/tensorrt_llm.hpp"
#include "shardline/io/launch/vllm.hpp"

namespace shardline {

namespace detail {

inline launch_server server_of(const launch_dialect& d, const launch_request& r, const vllm& flags,
                               pool_role role, std::string& why_not) {
  return vllm_server(d, r, flags, role, why_not);
}
inline launch_server server_of(const launch_dialect& d, const launch_request& r,
                               const sglang& flags, pool_role role, std::string& why_not) {
  return sglang_server(d, r, flags, role, why_not);
}
inline launch_server server_of(const launch_dialect& d, const launch_request& r,
                               const tensorrt_llm& flags, pool_role role, std::string& why_not) {
  return tensorrt_llm_server(d, r, flags, role, why_not);
}

// What was priced that no engine has an option for.
inline std::string said_by_no_option(const launch_request& r) {
  if (r.layout.microbatches > 0) {
    return "forms the batches between pipeline stages itself (--microbatches)";
  }
  if (r.runtime.experts.overlap_shared != r.engine.runtime.experts.overlap_shared) {
    return "decides itself what runs beside the exchange of tokens (--overlap-shared)";
  }
  return {};
}

// Pools whose caches the engine's connector does not send.
inline std::string sent_by_no_connector(const launch_request& r) {
  const integer decode = r.decoding ? r.decoding->layout.pp : r.layout.pp;
  if (r.prefill + r.decode == 0 || stages_connect(r.engine.stages, r.layout.pp, decode)) return {};
  return "sends no cache from " + counted(r.layout.pp, "pipeline stage") + " to " +
         std::to_string(decode) + " (pp of either pool)";
}

// The servers of one kind, in the layout of theirs.
template <class Flags>
void put_server(launch_plan& to, const launch_request& r, pool_role role, integer instances) {
  const conversion<Flags> c = Flags::of(r.model, r.layout);
  if (!c.has_value()) {
    to.why_not = c.why_not;
    return;
  }
  std::string reason = said_by_no_option(r);
  if (reason.empty()) {
    launch_server s = server_of(*to.dialect, r, c.flags, role, reason);
    s.instances *= instances;
    to.servers.push_back(std::move(s));
  }
  if (!reason.empty()) to.why_not = std::string(Flags::framework) + " " + reason;
}

template <class Flags>
void put_servers(launch_plan& to, const launch_request& r) {
  if (r.prefill + r.decode == 0) {
    put_server<Flags>(to, r, pool_role::both, 1);
  } else {
    put_server<Flags>(to, r, pool_role::prefill, r.prefill);
    launch_request of_decode = r;
    if (r.decoding) {
      of_decode.layout = r.decoding->layout;
      of_decode.runtime = r.decoding->runtime;
      of_decode.workload = r.decoding->workload;
    }
    if (to.has_value()) put_server<Flags>(to, of_decode, pool_role::decode, r.decode);
  }
  if (!to.has_value()) return;
  std::string reason = sent_by_no_connector(r);
  if (reason.empty()) reason = refusal_of(to, r);
  if (!reason.empty()) to.why_not = std::string(Flags::framework) + " " + reason;
}

}  // namespace detail

/// The servers, or why the engine cannot be started like this: because no flags of it make the
/// layout, none say what was priced, or they break a rule of its own.
///   llama-3.1-70b under vLLM at tp 8: one server of one node   (tests/io/launch/plan.cpp)
[[nodiscard]] inline launch_plan launch_plan_of(const launch_request& r) {
  launch_plan plan{.dialect = find_dialect(r.engine.name), .checkpoint = r.checkpoint};
  if (plan.dialect == nullptr) {
    plan.why_not = "it is not known how " + std::string(r.engine.name) + " is started";
  } else if (plan.dialect->engine == vllm::convention) {
    detail::put_servers<vllm>(plan, r);
  } else if (plan.dialect->engine == sglang::convention) {
    detail::put_servers<sglang>(plan, r);
  } else {
    detail::put_servers<tensorrt_llm>(plan, r);
  }
  return plan;
}

}  // namespace shardline
