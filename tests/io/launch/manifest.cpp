// SPDX-License-Identifier: BSL-1.0
// Manifests name fields that those who read them know, all that they ask for among them: tables of
// the fields of LeaderWorkerSet v1 (kubernetes-sigs/lws 024af084,
// api/leaderworkerset/v1/leaderworkerset_types.go), Dynamo's v1beta1 (ai-dynamo/dynamo 0fddc01b,
// deploy/operator/api/v1beta1/dynamographdeployment_types.go) and llm-d's chart
// (llm-d-incubation/llm-d-modelservice 024c0f2d, charts/llm-d-modelservice/values.yaml), restated.
#include "shardline/io/launch/manifest.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/io/launch/plan.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

// What stands at each path of a YAML text, "spec.components[].name" for each element of a list.
class yaml_fields {
 public:
  explicit yaml_fields(std::string_view text) {
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t end = std::min(text.find('\n', from), text.size());
      read(text.substr(from, end - from));
      from = end + 1;
    }
  }
  std::multimap<std::string, std::string> found{};

 private:
  struct level {
    std::size_t indent = 0;
    std::string name{};
  };

  void read(std::string_view line) {
    if (line == "---") {
      levels_.clear();
      return;
    }
    std::size_t indent = line.find_first_not_of(' ');
    if (indent == std::string_view::npos) return;
    if (block_ > 0 && indent >= block_) return;  // text of a block
    block_ = 0;
    line.remove_prefix(indent);
    while (!levels_.empty() && levels_.back().indent >= indent) levels_.pop_back();
    while (line.starts_with("- ")) {
      levels_.push_back({indent, "[]"});
      line.remove_prefix(2);
      indent += 2;
    }
    if (line == "|") {
      block_ = indent;
      return;
    }
    const std::size_t colon = line.find(':');
    const bool quoted = line.starts_with('"') || line.starts_with('\'');
    if (quoted || colon == std::string_view::npos) return add("", std::string(line));
    const bool has_value = colon + 1 < line.size();
    levels_.push_back({indent, std::string(line.substr(0, colon))});
    add("", has_value ? std::string(line.substr(colon + 2)) : "");
  }
  void add(const std::string& name, std::string value) {
    std::string path;
    for (const level& l : levels_) {
      path += (l.name == "[]" || path.empty() ? "" : ".") + l.name;
    }
    found.emplace(path + name, std::move(value));
  }

  std::vector<level> levels_{};
  std::size_t block_ = 0;
};

const std::set<std::string> of_container{"name",
                                         "image",
                                         "command",
                                         "args",
                                         "args[]",
                                         "env",
                                         "env[].name",
                                         "env[].value",
                                         "env[].valueFrom",
                                         "env[].valueFrom.fieldRef",
                                         "env[].valueFrom.fieldRef.fieldPath",
                                         "ports",
                                         "ports[].containerPort",
                                         "resources",
                                         "resources.limits",
                                         "resources.limits.nvidia.com/gpu"};

// Fields below a path, each with it in front.
void add_below(std::set<std::string>& to, const std::string& path,
               const std::set<std::string>& fields) {
  to.insert(path);
  for (const std::string& f : fields) to.insert(path + f);
}

std::set<std::string> fields_of_worker_set() {
  std::set<std::string> known{"apiVersion",
                              "kind",
                              "metadata",
                              "metadata.name",
                              "spec",
                              "spec.replicas",
                              "spec.leaderWorkerTemplate",
                              "spec.leaderWorkerTemplate.size",
                              "spec.leaderWorkerTemplate.restartPolicy"};
  for (const char* which : {"leaderTemplate", "workerTemplate"}) {
    const std::string at = std::string("spec.leaderWorkerTemplate.") + which;
    for (const char* field : {"", ".metadata", ".metadata.labels", ".metadata.labels.role", ".spec",
                              ".spec.containers"}) {
      known.insert(at + field);
    }
    add_below(known, at + ".spec.containers[].", of_container);
  }
  return known;
}

// Of apps/v1: the router in front of several instances.
std::set<std::string> fields_of_deployment() {
  std::set<std::string> known{"apiVersion",
                              "kind",
                              "metadata",
                              "metadata.name",
                              "spec",
                              "spec.replicas",
                              "spec.selector",
                              "spec.selector.matchLabels",
                              "spec.selector.matchLabels.app",
                              "spec.template",
                              "spec.template.metadata",
                              "spec.template.metadata.labels",
                              "spec.template.metadata.labels.app",
                              "spec.template.spec",
                              "spec.template.spec.containers"};
  add_below(known, "spec.template.spec.containers[].", of_container);
  return known;
}

// The documents of a manifest, "---" between them.
std::vector<manifest> documents_of(const manifest& m) {
  const std::string between = "---\n";
  std::vector<manifest> all;
  for (std::size_t at = 0; at < m.text.size();) {
    const std::size_t end = std::min(m.text.find(between, at), m.text.size());
    all.push_back({m.text.substr(at, end - at), m.why_not});
    at = end + between.size();
  }
  return all;
}

std::set<std::string> fields_of_graph() {
  std::set<std::string> known{"apiVersion",     "kind", "metadata",
                              "metadata.name",  "spec", "spec.backendFramework",
                              "spec.components"};
  for (const char* field : {"name", "type", "replicas", "multinode", "multinode.nodeCount",
                            "podTemplate", "podTemplate.spec", "podTemplate.spec.containers"}) {
    known.insert(std::string("spec.components[].") + field);
  }
  add_below(known, "spec.components[].podTemplate.spec.containers[].", of_container);
  return known;
}

std::set<std::string> fields_of_chart() {
  std::set<std::string> known{"modelArtifacts",
                              "modelArtifacts.name",
                              "modelArtifacts.uri",
                              "multinode",
                              "routing",
                              "routing.servicePort",
                              "routing.proxy",
                              "routing.proxy.enabled",
                              "routing.proxy.connector",
                              "routing.proxy.targetPort"};
  for (const std::string pool : {"prefill", "decode"}) {
    for (const char* field :
         {"", ".create", ".replicas", ".parallelism", ".parallelism.tensor", ".parallelism.data",
          ".parallelism.dataLocal", ".parallelism.workers", ".containers"}) {
      known.insert(pool + field);
    }
    add_below(known, pool + ".containers[].", of_container);
    known.insert(pool + ".containers[].modelCommand");
  }
  return known;
}

void check_fields(const manifest& m, const std::set<std::string>& known,
                  const std::vector<std::string>& wanted) {
  CAPTURE(m.text);
  REQUIRE(m.why_not.empty());
  const yaml_fields read(m.text);
  for (const auto& field : read.found) {
    const std::string& path = field.first;
    CAPTURE(path);
    CHECK(known.count(path) == 1);
  }
  for (const std::string& path : wanted) {
    CAPTURE(path);
    CHECK(read.found.count(path) > 0);
  }
}

std::string value_at(const manifest& m, const std::string& path) {
  const yaml_fields read(m.text);
  const auto found = read.found.find(path);
  return found == read.found.end() ? std::string() : found->second;
}

launch_plan plan_of(const engine_version& e, std::string_view flags, integer prefill = 0,
                    integer decode = 0) {
  launch_request r{
      .model = catalog::deepseek_v3, .layout = parse_layout(flags).layout, .engine = e};
  r.runtime = runtime_on(e, catalog::h200_sxm);
  r.workload = {.concurrency = 512, .input = 2048_tokens, .output = 512_tokens};
  r.workload.chunk = tokens<>::from_value(8192.0);
  r.memory = catalog::h200_sxm.memory;
  r.checkpoint = "org/Some-Model_1.5";
  r.runtime.experts.exchange = expert_exchange::low_latency;  // between nodes
  r.prefill = prefill;
  r.decode = decode;
  launch_plan p = launch_plan_of(r);
  REQUIRE(p.has_value());
  return p;
}

std::vector<launch_plan> plans() {
  return {plan_of(engines::vllm, "vllm:tp=8"),
          plan_of(engines::vllm, "vllm:tp=8,pp=2"),
          plan_of(engines::vllm, "vllm:dp=16,ep=on,all2all=on,redundant=32"),
          plan_of(engines::vllm, "vllm:tp=8", 1, 2),
          plan_of(engines::sglang, "sglang:tp=16,dp=16,dp-attention=on,ep=16"),
          plan_of(engines::sglang, "sglang:tp=8", 2, 1)};
}

}  // namespace

TEST_CASE("a LeaderWorkerSet has the fields of v1, and the router in front those of a Deployment") {
  for (const launch_plan& p : plans()) {
    const std::vector<manifest> documents = documents_of(worker_sets(p));
    REQUIRE(documents.size() == p.servers.size() + (p.instances() > 1 ? 1 : 0));
    for (std::size_t i = 0; i < p.servers.size(); ++i) {
      const manifest& m = documents[i];
      check_fields(m, fields_of_worker_set(),
                   {"spec.leaderWorkerTemplate.size", "spec.replicas",
                    "spec.leaderWorkerTemplate.workerTemplate.spec.containers[].image"});
      CHECK(value_at(m, "apiVersion") == "leaderworkerset.x-k8s.io/v1");
      CHECK(value_at(m, "spec.leaderWorkerTemplate.size") == std::to_string(p.servers[i].nodes));
      CHECK(value_at(m, "spec.replicas") == std::to_string(p.servers[i].instances));
    }
    if (p.instances() == 1) continue;
    check_fields(documents.back(), fields_of_deployment(),
                 {"spec.template.spec.containers[].image", "spec.selector.matchLabels.app"});
    CHECK(value_at(documents.back(), "kind") == "Deployment");
  }
}

TEST_CASE(
    "a graph of Dynamo's has the fields of v1beta1, and more nodes than one where it says so") {
  for (const launch_plan& p : plans()) {
    const manifest m = dynamo_graph(p);
    check_fields(m, fields_of_graph(),
                 {"spec.components[].name", "spec.components[].type",
                  "spec.components[].podTemplate.spec.containers[].args[]"});
    CHECK(value_at(m, "spec.backendFramework") == p.dialect->engine);
    const std::string nodes = value_at(m, "spec.components[].multinode.nodeCount");
    CHECK(nodes == (p.servers[0].nodes > 1 ? std::to_string(p.servers[0].nodes) : ""));
    const yaml_fields read(m.text);
    const auto types = read.found.equal_range("spec.components[].type");
    for (auto i = types.first; i != types.second; ++i) {
      const std::set<std::string> known{"frontend", "worker", "prefill", "decode"};
      CHECK(known.count(i->second) == 1);
    }
    CHECK(read.found.count("spec.components[].podTemplate.spec.containers[].image") ==
          p.servers.size() + 1);
  }
}

TEST_CASE("llm-d's values have the fields of its chart, and a pod the GPUs that it asks for") {
  for (const launch_plan& p : plans()) {
    if (p.dialect->engine != "vllm") continue;
    const manifest m = modelservice_values(p);
    check_fields(
        m, fields_of_chart(),
        {"decode.parallelism.tensor", "modelArtifacts.uri", "decode.containers[].modelCommand"});
    const std::string pool = p.servers[0].role == pool_role::prefill ? "prefill" : "decode";
    const integer tensor = std::stoll(value_at(m, pool + ".parallelism.tensor"));
    const integer local = std::stoll(value_at(m, pool + ".parallelism.dataLocal"));
    const std::string gpus = value_at(m, pool + ".containers[].resources.limits.nvidia.com/gpu");
    CAPTURE(m.text);
    if (p.servers[0].nodes == 1 || local > 1) {
      CHECK(gpus == "\"" + std::to_string(tensor * local) + "\"");
    }
    CHECK(value_at(m, "multinode") == (p.servers[0].nodes > 1 ? "true" : "false"));
    // The chart's own command says nothing of where a node is.
    const bool several = p.servers[0].nodes > 1;
    CHECK(value_at(m, pool + ".containers[].modelCommand") == (several ? "custom" : "vllmServe"));
    CHECK((m.text.find("if [ \"$LWS_WORKER_INDEX\" = 0 ]") != std::string::npos) == several);
    CHECK((m.text.find("--headless") != std::string::npos) == several);
  }
}

TEST_CASE("each pod of a pool says its own address, not its first pod's") {
  for (const char* layout : {"vllm:tp=8", "vllm:tp=8,dp=2,ep=on"}) {
    CAPTURE(layout);
    const launch_plan p = plan_of(engines::vllm, layout, 1, 1);
    const std::string address = "- name: VLLM_NIXL_SIDE_CHANNEL_HOST\n";
    for (const manifest& m : {worker_sets(p), dynamo_graph(p), modelservice_values(p)}) {
      CAPTURE(m.text);
      CHECK(m.text.find("VLLM_NIXL_SIDE_CHANNEL_HOST=") == std::string::npos);
      std::size_t pods = 0;
      for (std::size_t at = m.text.find(address); at != std::string::npos;
           at = m.text.find(address, at + 1)) {
        ++pods;
      }
      // A set has a template for its first pod and one for the others.
      CHECK(pods == (m.text.starts_with("apiVersion: leaderworkerset") ? 4 : 2));
      CHECK(m.text.find("fieldPath: status.podIP") != std::string::npos);
    }
  }
}

TEST_CASE("documented: sets, graphs and values of servers of 8 GPUs") {
  const launch_plan pools = plan_of(engines::vllm, "vllm:tp=8", 1, 2);
  CHECK(pools.servers.size() == 2);
  CHECK(documents_of(worker_sets(pools)).size() == 2 + 1);
  CHECK(value_at(dynamo_graph(pools), "apiVersion") == "nvidia.com/v1beta1");
  CHECK(modelservice_values(pools).text.find("nvidia.com/gpu: \"8\"") != std::string::npos);
}
