// SPDX-License-Identifier: BSL-1.0
/// A deployment as commands to type, node by node, and as a Slurm script.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shardline/io/launch/words.hpp"
#include "shardline/io/text/units.hpp"

namespace shardline {

/// An instance of a server, and where it stands: on whole nodes from one on, or on some GPUs of
/// one.
///   instance    of its server, from 0
///   node, gpu   the first of its own, from 0; the GPU on its node
///   slot        how many instances stand before it on its node
struct launch_place {
  const launch_server* server = nullptr;
  integer instance = 0;
  integer node = 0;
  integer gpu = 0;
  integer slot = 0;
  integer gpus_per_node = 8;

  /// Whether the instance leaves GPUs of its node to others.
  [[nodiscard]] bool shares_node() const noexcept { return server->gpus < gpus_per_node; }
  /// That the instance serves on: the server's, and its slot's behind it.
  [[nodiscard]] integer port() const noexcept { return server->port + slot; }
};

/// Every instance, in the order of the servers, on the next GPUs that are free, those of several
/// nodes on nodes of their own; indices of nodes and GPUs count from 0. gpus_per_node >= 1.
///   one instance of 8 GPUs on nodes of 8: 1 place, GPU 0 of node 0   (tests/io/launch/plan.cpp)
[[nodiscard]] inline std::vector<launch_place> places_of(const launch_plan& p,
                                                         integer gpus_per_node) {
  std::vector<launch_place> places;
  integer node = 0;
  integer used = 0;  // GPUs of `node`
  integer slot = 0;
  for (const launch_server& s : p.servers) {
    for (integer i = 0; i < s.instances; ++i) {
      if (used > 0 && used + s.gpus > gpus_per_node) {
        ++node;
        used = slot = 0;
      }
      places.push_back({&s, i, node, used, slot++, gpus_per_node});
      used += s.gpus;
      if (used < gpus_per_node) continue;
      node += s.nodes;
      used = slot = 0;
    }
  }
  return places;
}

namespace detail {

// "4,5,6,7" of an instance that shares its node.
inline std::string devices_of(const launch_place& at) {
  std::string text;
  for (integer i = 0; i < at.server->gpus; ++i) {
    text += (i > 0 ? "," : "") + std::to_string(at.gpu + i);
  }
  return text;
}

/// How hosts are named, "node" and a number or what a script has in their place.
using host_namer = std::string (*)(integer);
inline std::string plain_host(integer node) { return "node" + std::to_string(node); }
inline std::string slurm_host(integer node) { return "${nodes[" + std::to_string(node) + "]}"; }

inline launch_node node_of(const launch_plan& p, const launch_place& at, integer rank,
                           host_namer host) {
  const bool crowded = at.shares_node() && p.instances() > 1;
  return {host(at.node),
          host(at.node + rank),
          std::to_string(rank),
          rank == 0,
          at.port(),
          at.slot,
          crowded ? devices_of(at) : std::string()};
}

inline std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& w : words) text += (text.empty() ? "" : std::string(between)) + w;
  return text;
}

// Where SGLang's prefill servers are asked for the cache: a port of its own for each that shares a
// node.
inline constexpr std::string_view bootstrap_option = "--disaggregation-bootstrap-port";
inline constexpr integer bootstrap_port = 8998;

inline bool has_bootstrap(const launch_plan& p, const launch_server& s) {
  return s.role == pool_role::prefill && p.dialect->find(bootstrap_option) != nullptr;
}

/// Where an instance is reached: "node0:8000"; and the port, of one that has it, where its cache is
/// asked for.
struct instance_address {
  pool_role role = pool_role::both;
  std::string host_and_port{};
  std::string bootstrap{};
};

inline std::string bootstrap_of(const launch_plan& p, const launch_server& s, integer slot) {
  return has_bootstrap(p, s) ? std::to_string(bootstrap_port + slot) : std::string();
}

// The command of one node. What no node serves from takes no port.
inline std::vector<std::string> command_on(const launch_plan& p, const launch_server& s,
                                           const launch_node& at) {
  std::vector<std::string> words{joined(environment_of(p, s, at), " ")};
  if (!words[0].empty()) words[0] += " ";
  if (s.whole_world) {
    words[0] += "mpirun -n " + std::to_string(s.gpus) + " trtllm-llmapi-launch ";
  }
  words[0] += program_of(p);
  for (std::string& o : options_of(s, at)) words.push_back(std::move(o));
  if (at.is_leader) {
    words.emplace_back("--host 0.0.0.0");
    words.push_back("--port " + std::to_string(at.port));
  }
  if (at.is_leader && has_bootstrap(p, s)) {
    words.push_back(std::string(bootstrap_option) + " " + bootstrap_of(p, s, at.slot));
  }
  return words;
}

inline std::vector<instance_address> addresses_of(const launch_plan& p,
                                                  const std::vector<launch_place>& places,
                                                  host_namer host) {
  std::vector<instance_address> all;
  all.reserve(places.size());
  for (const launch_place& at : places) {
    all.push_back({at.server->role, host(at.node) + ":" + std::to_string(at.port()),
                   bootstrap_of(p, *at.server, at.slot)});
  }
  return all;
}

// "trtllm-serve disaggregated" reads its servers from a file.
inline std::string orchestrator_file(const std::vector<instance_address>& servers) {
  std::string text =
      "hostname: 0.0.0.0\nport: " + std::to_string(ports::router) + "\nbackend: pytorch\n";
  for (const pool_role role : {pool_role::prefill, pool_role::decode}) {
    std::string urls;
    integer instances = 0;
    for (const instance_address& s : servers) {
      if (s.role != role) continue;
      ++instances;
      urls += "    - \"" + s.host_and_port + "\"\n";
    }
    text += (role == pool_role::prefill ? "context_servers:\n" : "generation_servers:\n") +
            ("  num_instances: " + std::to_string(instances) + "\n  urls:\n") + urls;
  }
  return text;
}

inline std::vector<std::string> router_of(const launch_plan& p,
                                          const std::vector<instance_address>& servers) {
  if (p.dialect->engine == "trtllm") {
    return {"trtllm-serve disaggregated", "-c disaggregated.yaml"};
  }
  const bool of_vllm = p.dialect->engine == "vllm";
  const bool pools = p.servers.size() > 1;
  std::vector<std::string> words{of_vllm ? "vllm-router" : "python -m sglang_router.launch_router"};
  if (pools) words.emplace_back(of_vllm ? "--vllm-pd-disaggregation" : "--pd-disaggregation");
  if (!pools) words.emplace_back("--worker-urls");
  for (const instance_address& s : servers) {
    const std::string option = pools ? "--" + std::string(name(s.role)) + " " : "";
    words.push_back(option + "http://" + s.host_and_port + (s.bootstrap.empty() ? "" : " ") +
                    s.bootstrap);
  }
  words.push_back("--port " + std::to_string(ports::router));
  return words;
}

inline std::string heading(const launch_place& at, integer rank) {
  std::string text = "# " + std::string(name(at.server->role)) + " " + std::to_string(at.instance) +
                     ", " + counted(at.server->gpus, "GPU");
  if (at.server->nodes > 1) text += " on " + std::to_string(at.server->nodes) + " nodes";
  return text + ": on " + plain_host(at.node + rank) + "\n";
}

inline std::string files_text(const launch_plan& p) {
  std::string text;
  for (const launch_server& s : p.servers) {
    const std::string file = file_of(p, s);
    if (file.empty()) continue;
    text += "cat > " + std::string(name(s.role)) + ".yaml <<'EOF'\n" + file + "EOF\n\n";
  }
  return text;
}

}  // namespace detail

/// Every command of a plan, a shell's, in the words of words.hpp, with the files that they read and
/// the router in front where there is more than one instance. gpus_per_node >= 1.
///   Llama-3.1-70B, vLLM tp 4 dp 2: "--data-parallel-size 2"   (tests/io/launch/plan.cpp)
[[nodiscard]] inline std::string shell_text(const launch_plan& p, integer gpus_per_node) {
  const auto places = places_of(p, gpus_per_node);
  std::string text = detail::files_text(p);
  for (const launch_place& at : places) {
    const integer commands = at.server->whole_world ? 1 : at.server->nodes;
    for (integer rank = 0; rank < commands; ++rank) {
      const launch_node node = detail::node_of(p, at, rank, detail::plain_host);
      text += (rank + at.instance > 0 || at.server->role == pool_role::decode ? "\n" : "") +
              detail::heading(at, rank) +
              detail::joined(detail::command_on(p, *at.server, node), " \\\n  ") + "\n";
    }
  }
  if (p.instances() < 2) return text;
  const auto servers = detail::addresses_of(p, places, detail::plain_host);
  if (p.dialect->engine == "trtllm") {
    text += "\ncat > disaggregated.yaml <<'EOF'\n" + detail::orchestrator_file(servers) + "EOF\n";
  }
  return text + "\n# in front of them\n" +
         detail::joined(detail::router_of(p, servers), " \\\n  ") + "\n";
}

namespace detail {

inline std::string srun_text(const launch_plan& p, const launch_place& at) {
  const launch_server& s = *at.server;
  std::string text;
  const integer commands = s.whole_world ? 1 : s.nodes;
  for (integer rank = 0; rank < commands; ++rank) {
    std::vector<std::string> words = command_on(p, s, node_of(p, at, rank, slurm_host));
    const bool has_environment = !environment_of(p, s, node_of(p, at, rank, slurm_host)).empty();
    if (s.whole_world) {
      const std::string mpi = "mpirun -n " + std::to_string(s.gpus) + " ";
      words[0].erase(words[0].find(mpi), mpi.size());
    }
    if (has_environment) words[0] = "env " + words[0];
    text += "srun --overlap --nodes=" + std::to_string(s.whole_world ? s.nodes : 1) +
            " --ntasks=" + std::to_string(s.whole_world ? s.gpus : 1) +
            (s.whole_world ? " --mpi=pmix" : " --nodelist=\"" + slurm_host(at.node + rank) + "\"") +
            " \\\n  " + joined(words, " \\\n  ") + " &\n";
  }
  return text;
}

}  // namespace detail

/// A script for sbatch that starts all of it in one job, each command by srun. gpus_per_node >= 1.
/// Source: the manual pages sbatch(1) and srun(1).
///   2 nodes of 8 GPUs: "--nodes=2"   (tests/io/launch/plan.cpp)
[[nodiscard]] inline std::string slurm_text(const launch_plan& p, integer gpus_per_node) {
  const auto places = places_of(p, gpus_per_node);
  const launch_place& last = places.back();
  const integer nodes = last.node + last.server->nodes;
  const integer gpus = nodes > 1 ? gpus_per_node : last.gpu + last.server->gpus;
  std::string text = "#!/bin/bash\n#SBATCH --nodes=" + std::to_string(nodes) +
                     "\n#SBATCH --gpus-per-node=" + std::to_string(gpus) +
                     "\n#SBATCH --exclusive\n\n" +
                     "mapfile -t nodes < <(scontrol show hostnames \"$SLURM_JOB_NODELIST\")\n\n";
  text += detail::files_text(p);
  for (const launch_place& at : places) text += detail::srun_text(p, at);
  if (p.instances() > 1) {
    const auto servers = detail::addresses_of(p, places, detail::slurm_host);
    if (p.dialect->engine == "trtllm") {
      text += "cat > disaggregated.yaml <<EOF\n" + detail::orchestrator_file(servers) + "EOF\n";
    }
    text += "srun --overlap --nodes=1 --ntasks=1 --nodelist=\"${nodes[0]}\" \\\n  " +
            detail::joined(detail::router_of(p, servers), " \\\n  ") + " &\n";
  }
  return text + "wait\n";
}

}  // namespace shardline
