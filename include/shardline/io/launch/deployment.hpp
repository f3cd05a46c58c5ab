// SPDX-License-Identifier: BSL-1.0
/// What is started where: servers of one engine, the nodes of each, and what is typed on them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shardline/describe/accelerator.hpp"
#include "shardline/describe/cluster.hpp"
#include "shardline/describe/layout.hpp"
#include "shardline/describe/workload.hpp"
#include "shardline/engines/engine.hpp"
#include "shardline/engines/flags.hpp"
#include "shardline/engines/launch/index.hpp"
#include "shardline/engines/stages.hpp"
#include "shardline/io/text/units.hpp"
#include "shardline/model/model.hpp"

namespace shardline {

/// An instance of the pool that decodes: its layout, its engine's settings and its load.
struct decoding_instance {
  shardline::layout layout{};
  shardline::runtime runtime{};
  shardline::workload workload{};
};

/// What was priced, and what a program has to be told besides.
///   memory           of a GPU, as the engine works its share out from it
///   context          longest sequence; 0: input + output
///   checkpoint       what the engine loads
///   draft            what guesses ahead; empty: the model's own prediction layers
///   quantised        whether the engine quantises the checkpoint itself, to `model`'s format
///   prefill, decode  instances of each pool; 0, 0: every instance does both
///   decoding         what decodes, where it is laid out otherwise than what reads prompts
///   host_cache       a GPU's part of the hosts' memory for keys and values; 0: not said
///   domain           GPUs of a scale-up domain; 0: those of a node
///   maker            of the accelerators
///   gpus_per_node            of the hosts, from 1
///   adapters, adapter_rank   low-rank adapters at once, and the largest rank of one
struct launch_request {
  const shardline::model& model;
  shardline::layout layout{};
  const engine_version& engine;
  shardline::runtime runtime{};
  shardline::workload workload{};
  bytes<> memory{};
  integer gpus_per_node = 8;
  integer context = 0;
  std::string checkpoint{};
  std::string draft{};
  bool quantised = false;
  integer adapters = 0;
  integer adapter_rank = 16;
  integer prefill = 0;
  integer decode = 0;
  std::optional<decoding_instance> decoding{};
  bytes<> host_cache{};
  integer domain = 0;
  vendor maker = vendor::unknown;

  /// Tokens of the longest sequence: as asked for, else input and output of the load.
  [[nodiscard]] integer longest() const noexcept {
    const double both = (workload.input + workload.output).value();
    return context > 0 ? context : static_cast<integer>(both);
  }
};

/// What a server does of each request.
enum class pool_role : unsigned char { both, prefill, decode };

/// What a server of this role is called: "serve", "prefill" or "decode".
///   name(pool_role::prefill) = "prefill", of 7 letters   (tests/io/launch/plan.cpp)
[[nodiscard]] constexpr std::string_view name(pool_role r) noexcept {
  return r == pool_role::both ? "serve" : r == pool_role::prefill ? "prefill" : "decode";
}

/// An option and what stands behind it; nothing behind those that are only present.
struct launch_argument {
  const launch_option* option = nullptr;
  std::string value{};
};

/// Where servers and those who join them listen, where nobody says otherwise.
///   vllm, sglang   an engine's own default (TensorRT-LLM's is vLLM's)
///   router         in front of several servers
///   rendezvous     of SGLang's nodes, by its multi-node guide; data_parallel: of vLLM's, by its
///                  data-parallel guide
///   side_channel   the first where vLLM's pools ask for caches, its default (vllm/envs.py), a port
///                  to each data-parallel rank; side_channels_apart: of two servers on one node,
///                  which is as many ranks as one may have
///   proxied        of what decodes behind llm-d's proxy, by its chart
namespace ports {
inline constexpr integer vllm = 8000;
inline constexpr integer sglang = 30000;
inline constexpr integer router = 8080;
inline constexpr integer rendezvous = 5000;
inline constexpr integer data_parallel = 13345;
inline constexpr integer side_channel = 5600;
inline constexpr integer side_channels_apart = 100;
inline constexpr integer proxied = 8200;
}  // namespace ports

/// `instances` equal servers of `nodes` nodes each.
///   arguments        on every node, those of files and of the environment too
///   leader, worker   besides, on the first node and on each other; "{leader}" stands for the
///                    first node's address, "{rank}" for the node's number, "{rank*8}" for a
///                    multiple
///   whole_world      one command starts all ranks (MPI), not one on each node
///   role             what its instances do
///   port             that the first instance on a node serves on
struct launch_server {
  pool_role role = pool_role::both;
  integer instances = 1;
  integer nodes = 1;
  integer gpus = 1;  // of one instance
  integer port = ports::vllm;
  std::vector<launch_argument> arguments{};
  std::vector<launch_argument> leader{};
  std::vector<launch_argument> worker{};
  bool whole_world = false;

  /// GPUs of one instance on each of its nodes, rounded up.
  [[nodiscard]] integer gpus_per_node() const noexcept { return ceil_div(gpus, nodes); }
};

/// All servers of a deployment, or why the engine cannot be started so: in its own words, with the
/// figure at fault.
///   checkpoint   what every server loads
///   why_not      empty where there are servers
struct launch_plan {
  const launch_dialect* dialect = nullptr;
  std::string checkpoint{};
  std::vector<launch_server> servers{};
  std::string why_not{};

  /// Whether the engine can be started so; else `why_not` says why not.
  [[nodiscard]] bool has_value() const noexcept { return why_not.empty(); }
  /// Instances of all servers: more than one want a router before them.
  [[nodiscard]] integer instances() const noexcept {
    integer all = 0;
    for (const launch_server& s : servers) all += s.instances;
    return all;
  }
};

namespace detail {

/// Puts arguments together by the names of the dialect's table. A name that is not in it is a fault
/// of the program that asks for it, and is refused as such.
class argument_writer {
 public:
  explicit argument_writer(const launch_dialect& of) : dialect_(of) {}

  void put(std::string_view option_name, std::string value = {}) {
    const launch_option* option = dialect_.find(option_name);
    if (option == nullptr) return refuse("has no option " + std::string(option_name));
    if (option->type == option_type::truth && value.empty()) value = "true";
    arguments_.push_back({option, std::move(value)});
  }
  void put(std::string_view option_name, integer n) { put(option_name, std::to_string(n)); }
  void refuse(std::string reason) {
    if (why_not_.empty()) why_not_ = std::move(reason);
  }
  [[nodiscard]] bool has(std::string_view option_name) const {
    return dialect_.find(option_name) != nullptr;
  }
  [[nodiscard]] const std::string& why_not() const noexcept { return why_not_; }
  [[nodiscard]] std::vector<launch_argument> take() { return std::move(arguments_); }

 private:
  const launch_dialect& dialect_;
  std::vector<launch_argument> arguments_;
  std::string why_not_;
};

// "31,30"
inline std::string listed_text(const stage_layers& stages) {
  std::string text;
  for (const auto n : stages) text += (text.empty() ? "" : ",") + std::to_string(n);
  return text;
}

/// The degrees that differ from the engine's defaults, by the names that stand in its table: those
/// of the command line behind two dashes, of the environment in capitals, of a file as they are.
template <class Flags>
void put_degrees(argument_writer& to, const Flags& flags,
                 std::string_view flag_key<Flags>::*named) {
  constexpr Flags defaults{};
  for (const flag_key<Flags>& k : Flags::keys()) {
    std::string option(k.*named);
    if (!to.has(option)) option = "--" + option;
    if (!to.has(option)) continue;  // said otherwise, by those who know how
    if (k.layers != nullptr) {
      if (!(flags.*k.layers).empty()) to.put(option, listed_text(flags.*k.layers));
    } else if (k.on != nullptr) {
      if (flags.*k.on) to.put(option);
    } else if (k.always || flags.*k.number != defaults.*k.number) {
      to.put(option, flags.*k.number);
    }
  }
}

/// Whether prompts are copied from the hosts' memory by servers of this kind: those that only
/// decode are sent what the others read.
inline bool reads_host_cache(const launch_request& r, pool_role role) {
  return r.workload.host_cache.hit > 0.0 && role != pool_role::decode;
}

inline constexpr std::string_view no_host_size =
    "has to be told how much of a node's memory holds keys and values (--kv-offload-size)";

/// How tokens are guessed ahead.
enum class guesser : unsigned char { none, prediction_layer, words_of_prompt, draft };

inline guesser guesser_of(const launch_request& r) {
  const speculation& s = r.workload.speculation;
  if (s.draft_tokens == 0) return guesser::none;
  if (s.draft_time > seconds<>{}) return guesser::draft;
  return r.model.mtp_layers > 0 ? guesser::prediction_layer : guesser::words_of_prompt;
}

}  // namespace detail

}  // namespace shardline
