// SPDX-License-Identifier: BSL-1.0
/// A deployment as what orchestrators of clusters take: LeaderWorkerSets, Dynamo's graph, the
/// values of llm-d's chart. Each says what it cannot say. Fields as in kubernetes-sigs/lws 024af084
/// (api/leaderworkerset/v1), ai-dynamo/dynamo 0fddc01b (deploy/operator/api/v1beta1) and
/// llm-d-incubation/llm-d-modelservice 024c0f2d (charts/llm-d-modelservice).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shardline/io/launch/shell.hpp"

namespace shardline {

/// The text, or why there is none.
struct manifest {
  std::string text{};
  std::string why_not{};
};

namespace detail {

inline std::string indented(const std::string& text, std::size_t columns) {
  std::string out;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    out += std::string(columns, ' ') + text.substr(from, end - from) + "\n";
    from = end + 1;
  }
  return out;
}

// "qwen3-32b" of a checkpoint's name, as Kubernetes names things.
inline std::string resource_name(const std::string& checkpoint, pool_role role) {
  std::string own = checkpoint.substr(checkpoint.find_last_of('/') + 1);
  for (char& c : own) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c - 'A' + 'a');
    } else if (!plain) {
      c = '-';
    }
  }
  return own + "-" + std::string(name(role));
}

inline constexpr std::string_view image_of(std::string_view engine) {
  if (engine == "vllm") return "vllm/vllm-openai";
  return engine == "sglang" ? "lmsysorg/sglang" : "nvcr.io/nvidia/tensorrt-llm/release";
}

// A shell's script: the file, then the command, lines that a YAML block holds.
inline std::string script_of(const launch_plan& p, const launch_server& s, const launch_node& at) {
  const std::string file = file_of(p, s);
  std::string text;
  if (!file.empty())
    text = "cat > " + std::string(name(s.role)) + ".yaml <<'EOF'\n" + file + "EOF\n";
  return text + joined(command_on(p, s, at), " \\\n  ") + "\n";
}

// Where the other pool asks this pod's engines for caches: nothing where none does.
inline std::string pod_address(const launch_plan& p, const launch_server& s) {
  if (s.role == pool_role::both || p.dialect->find(side_channel_host) == nullptr) return {};
  return "- name: " + std::string(side_channel_host) +
         "\n  valueFrom:\n    fieldRef:\n      fieldPath: status.podIP\n";
}

inline std::string container_of(const launch_plan& p, const launch_server& s,
                                const launch_node& at) {
  std::string text = "containers:\n  - name: " + std::string(at.is_leader ? "leader" : "worker") +
                     "\n    image: " + std::string(image_of(p.dialect->engine)) +
                     "\n    command: [\"/bin/bash\", \"-c\"]\n    args:\n      - |\n" +
                     indented(script_of(p, s, at), 8);
  const std::string address = pod_address(p, s);
  if (!address.empty()) text += "    env:\n" + indented(address, 6);
  text += "    resources:\n      limits:\n        nvidia.com/gpu: \"" +
          std::to_string(s.gpus_per_node()) + "\"\n";
  if (at.is_leader) {
    text += "    ports:\n      - containerPort: " + std::to_string(at.port) + "\n";
  }
  return text;
}

inline std::string worker_set(const launch_plan& p, const launch_server& s) {
  const launch_node first{.leader = "$LWS_LEADER_ADDRESS", .rank = "0", .port = s.port};
  const launch_node other{.leader = "$LWS_LEADER_ADDRESS",
                          .rank = "LWS_WORKER_INDEX",
                          .is_leader = false,
                          .port = s.port};
  std::string text =
      "apiVersion: leaderworkerset.x-k8s.io/v1\nkind: LeaderWorkerSet\nmetadata:\n"
      "  name: " +
      resource_name(p.checkpoint, s.role) + "\nspec:\n  replicas: " + std::to_string(s.instances) +
      "\n  leaderWorkerTemplate:\n    size: " + std::to_string(s.nodes) +
      "\n    restartPolicy: RecreateGroupOnPodRestart\n" +
      "    leaderTemplate:\n      metadata:\n        labels:\n          role: " +
      std::string(name(s.role)) + "\n      spec:\n" + indented(container_of(p, s, first), 8);
  return text + "    workerTemplate:\n      spec:\n" +
         indented(container_of(p, s, s.nodes > 1 ? other : first), 8);
}

// Group i of a LeaderWorkerSet: its first pod has the set's name and its number, behind the
// headless service of that name.
inline std::vector<instance_address> addresses_of_sets(const launch_plan& p) {
  std::vector<instance_address> all;
  for (const launch_server& s : p.servers) {
    const std::string own = resource_name(p.checkpoint, s.role);
    for (integer i = 0; i < s.instances; ++i) {
      all.push_back({s.role,
                     own + "-" + std::to_string(i) + "." + own + ":" + std::to_string(s.port),
                     bootstrap_of(p, s, 0)});
    }
  }
  return all;
}

// What stands in front of several instances, without a GPU.
inline std::string router_deployment(const launch_plan& p) {
  const std::string own = resource_name(p.checkpoint, pool_role::both) + "-router";
  const auto servers = addresses_of_sets(p);
  std::string script;
  if (p.dialect->engine == "trtllm") {
    script = "cat > disaggregated.yaml <<'EOF'\n" + orchestrator_file(servers) + "EOF\n";
  } else {
    script = "pip install " + std::string(p.dialect->engine) + "-router\n";
  }
  script += joined(router_of(p, servers), " \\\n  ") + "\n";
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: " + own +
         "\nspec:\n  replicas: 1\n  selector:\n    matchLabels:\n      app: " + own +
         "\n  template:\n    metadata:\n      labels:\n        app: " + own +
         "\n    spec:\n      containers:\n        - name: router\n          image: " +
         std::string(image_of(p.dialect->engine)) +
         "\n          command: [\"/bin/bash\", \"-c\"]\n          args:\n            - |\n" +
         indented(script, 14) +
         "          ports:\n            - containerPort: " + std::to_string(ports::router) + "\n";
}

// A list of YAML strings.
inline std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& w : words) {
    const std::size_t space = w.find(' ');
    std::string value = space == std::string::npos ? "" : w.substr(space + 1);
    if (value.starts_with('\'')) value = value.substr(1, value.size() - 2);
    text += "- \"" + w.substr(0, space) + "\"\n";
    if (!value.empty()) text += "- '" + value + "'\n";
  }
  return text;
}

// Options that hold on every node: what differs from node to node the operator puts there itself.
inline std::vector<std::string> common_options(const launch_server& s) {
  launch_server everywhere = s;
  everywhere.leader.clear();
  return options_of(everywhere, {});
}

inline std::string environment_entries(const launch_plan& p, const launch_server& s) {
  std::string text;
  for (const std::string& e : environment_of(p, s, {})) {
    const std::size_t equals = e.find('=');
    text += "- name: " + e.substr(0, equals) + "\n  value: \"" + e.substr(equals + 1) + "\"\n";
  }
  text += pod_address(p, s);
  return text.empty() ? "" : "env:\n" + indented(text, 2);
}

inline std::string dynamo_image(std::string_view engine) {
  return "nvcr.io/nvidia/ai-dynamo/" + std::string(engine == "trtllm" ? "tensorrtllm" : engine) +
         "-runtime";
}

inline std::string dynamo_component(const launch_plan& p, const launch_server& s) {
  const std::string& engine = std::string(p.dialect->engine);
  std::vector<std::string> options = common_options(s);
  const bool has_model = p.dialect->find("--model-path") != nullptr;
  if (!has_model) options.insert(options.begin(), "--model " + p.checkpoint);
  if (s.role != pool_role::both && engine != "sglang") {
    options.push_back("--disaggregation-mode " + std::string(name(s.role)));
  }
  const std::string type = s.role == pool_role::both ? "worker" : std::string(name(s.role));
  std::string text = "- name: " + type + "\n  type: " + type +
                     "\n  replicas: " + std::to_string(s.instances) + "\n";
  if (s.nodes > 1) text += "  multinode:\n    nodeCount: " + std::to_string(s.nodes) + "\n";
  const std::string container = "- name: main\n  image: " + dynamo_image(engine) + "\n" +
                                R"(  command: ["python3", "-m", "dynamo.)" + engine +
                                "\"]\n  args:\n" + indented(listed(options), 4) +
                                indented(environment_entries(p, s), 2) +
                                "  resources:\n    limits:\n      nvidia.com/gpu: \"" +
                                std::to_string(s.gpus_per_node()) + "\"\n";
  return text + "  podTemplate:\n    spec:\n      containers:\n" + indented(container, 8);
}

// What a container of llm-d's runs on one node: the chart's own command.
inline std::string chart_command(const launch_server& s) {
  std::vector<std::string> options;
  for (const std::string& o : common_options(s)) {
    // The chart says these itself.
    if (o.starts_with("--tensor-parallel-size") || o.starts_with("--data-parallel-size")) continue;
    options.push_back(o);
  }
  return "    modelCommand: vllmServe\n    args:\n" + indented(listed(options), 6);
}

// And over several: the chart has one container for the first node and the others, and says nothing
// of where it is. Behind the proxy the first listens where that looks for it.
inline std::string node_command(const launch_plan& p, const launch_server& s) {
  const integer port = s.role == pool_role::decode ? ports::proxied : s.port;
  const launch_node first{.leader = "$LWS_LEADER_ADDRESS", .rank = "0", .port = port};
  const launch_node other{.leader = "$LWS_LEADER_ADDRESS",
                          .rank = "LWS_WORKER_INDEX",
                          .is_leader = false,
                          .port = port};
  const std::string script = "if [ \"$LWS_WORKER_INDEX\" = 0 ]; then\n" +
                             indented(script_of(p, s, first), 2) + "else\n" +
                             indented(script_of(p, s, other), 2) + "fi\n";
  return "    modelCommand: custom\n    command: [\"/bin/bash\", \"-c\"]\n    args:\n      - |\n" +
         indented(script, 8);
}

inline std::string pool_values(const launch_plan& p, const launch_server& s, integer local) {
  integer tensor = 1;
  integer data = 1;
  for (const launch_argument& a : s.arguments) {
    if (a.option->name == "--tensor-parallel-size") tensor = detail::whole_of(a.value);
    if (a.option->name == "--data-parallel-size") data = detail::whole_of(a.value);
  }
  return "create: true\nreplicas: " + std::to_string(s.instances) +
         "\nparallelism:\n  tensor: " + std::to_string(tensor) +
         "\n  data: " + std::to_string(data) + "\n  dataLocal: " + std::to_string(local) +
         "\n  workers: " + std::to_string(s.nodes) +
         "\ncontainers:\n  - name: vllm\n    image: " + std::string(image_of("vllm")) + "\n" +
         (s.nodes > 1 ? node_command(p, s) : chart_command(s)) +
         indented(environment_entries(p, s), 4) +
         "    resources:\n      limits:\n        nvidia.com/gpu: \"" +
         std::to_string(s.gpus_per_node()) + "\"\n";
}

}  // namespace detail

/// A LeaderWorkerSet (kubernetes-sigs/lws, api/leaderworkerset/v1) for each server of a plan: a
/// group for each instance, a pod for each of its nodes; and a router in front of them, where there
/// is more than one instance.
///   2 servers: 2 sets   (tests/io/launch/manifest.cpp)
[[nodiscard]] inline manifest worker_sets(const launch_plan& p) {
  manifest m;
  for (const launch_server& s : p.servers) {
    if (s.whole_world) return {{}, "MPI starts TensorRT-LLM over nodes, not a set of pods"};
    m.text += (m.text.empty() ? "" : "---\n") + detail::worker_set(p, s);
  }
  if (p.instances() > 1) m.text += "---\n" + detail::router_deployment(p);
  return m;
}

/// A DynamoGraphDeployment of Dynamo 1.x (nvidia.com/v1beta1), a component for each server of a
/// plan; or why there is none, where TensorRT-LLM reads a file, which is no part of a graph.
/// Source: ai-dynamo/dynamo, deploy/operator/api/v1beta1.
///   (tests/io/launch/manifest.cpp)
[[nodiscard]] inline manifest dynamo_graph(const launch_plan& p) {
  std::string text =
      "apiVersion: nvidia.com/v1beta1\nkind: DynamoGraphDeployment\nmetadata:\n"
      "  name: " +
      detail::resource_name(p.checkpoint, pool_role::both) +
      "\nspec:\n  backendFramework: " + std::string(p.dialect->engine) +
      "\n  components:\n    - name: frontend\n      type: frontend\n      replicas: 1\n"
      "      podTemplate:\n        spec:\n          containers:\n            - name: main\n"
      "              image: " +
      detail::dynamo_image(p.dialect->engine) + "\n";
  for (const launch_server& s : p.servers) {
    if (!file_of(p, s).empty()) {
      return {{}, "TensorRT-LLM's file is no part of a graph: mount it in a ConfigMap"};
    }
    text += detail::indented(detail::dynamo_component(p, s), 4);
  }
  return {text, {}};
}

/// Values of llm-d's chart llm-d-modelservice for the servers of a plan; or why there are none,
/// where the engine is not vLLM, which the chart runs. Source: the chart's values.schema.json
/// (llm-d-incubation/llm-d-modelservice, charts/llm-d-modelservice).
///   pods of 8 GPUs: nvidia.com/gpu: "8"   (tests/io/launch/manifest.cpp)
[[nodiscard]] inline manifest modelservice_values(const launch_plan& p) {
  if (p.dialect->engine != "vllm") return {{}, "llm-d's chart runs vLLM"};
  std::string text =
      "modelArtifacts:\n  name: " + p.checkpoint + "\n  uri: hf://" + p.checkpoint + "\n";
  bool several = false;
  for (const launch_server& s : p.servers) several = several || s.nodes > 1;
  text += "multinode: " + std::string(several ? "true" : "false") + "\n";
  const bool pools = p.servers.size() > 1;
  text += "routing:\n  servicePort: " + std::to_string(ports::vllm) + "\n  proxy:\n    enabled: ";
  text += pools ? "true\n    connector: nixlv2\n    targetPort: " + std::to_string(ports::proxied) +
                      "\n"
                : "false\n";
  if (!pools) text += "prefill:\n  create: false\n";
  for (const launch_server& s : p.servers) {
    integer local = 1;
    for (const launch_argument& a : s.leader) {
      if (a.option->name == "--data-parallel-size-local") local = detail::whole_of(a.value);
    }
    for (const launch_argument& a : s.arguments) {
      if (s.nodes == 1 && a.option->name == "--data-parallel-size")
        local = detail::whole_of(a.value);
    }
    text += std::string(s.role == pool_role::prefill ? "prefill" : "decode") + ":\n" +
            detail::indented(detail::pool_values(p, s, local), 2);
  }
  return {text, {}};
}

}  // namespace shardline
