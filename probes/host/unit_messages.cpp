// SPDX-License-Identifier: Apache-2.0
// Which properties of org.freedesktop.systemd1(5) bear on haproxy, and their D-Bus types.
#include "probes/host/unit_messages.h"

#include <utility>
#include <vector>

namespace preflight::systemd {
namespace {

/// a(sb)
std::vector<EnvironmentFile> read_environment_files(BusReader& reader) {
  std::vector<EnvironmentFile> files;
  reader.each('a', "(sb)", [&] {
    reader.inside('r', "sb", [&] {
      auto path = reader.text();
      files.push_back({std::move(path), reader.boolean()});
    });
  });
  return files;
}

/// a(sasbttttuii): path, argv, whether failure is ignored, and what became of the last run. The first one counts.
std::vector<std::string> read_exec(BusReader& reader) {
  std::vector<std::string> first;
  bool taken = false;
  reader.each('a', "(sasbttttuii)", [&] {
    reader.inside('r', "sasbttttuii", [&] {
      auto path = reader.text();
      auto arguments = reader.texts();
      reader.skip("bttttuii");
      if (std::exchange(taken, true)) return;
      first = std::move(arguments);
      // argv[0] may be any name ('@'); what is executed is the path.
      if (first.empty()) first.emplace_back();
      first.front() = std::move(path);
    });
  });
  return first;
}

/// The programs of the same.
std::vector<std::string> read_programs(BusReader& reader) {
  std::vector<std::string> programs;
  reader.each('a', "(sasbttttuii)", [&] {
    reader.inside('r', "sasbttttuii", [&] {
      programs.push_back(reader.text());
      reader.skip("asbttttuii");
    });
  });
  return programs;
}

/// as: names below a directory of systemd's.
Take made_below(std::string_view parent) {
  return [parent](BusReader& reader, UnitProperties& unit) {
    for (const auto& name : reader.texts()) unit.made_directories.push_back(std::string(parent) + name);
  };
}

/// a(ssbt): source, destination, whether a missing source is ignored, flags of mount(2).
void read_bind_paths(BusReader& reader, UnitProperties& unit) {
  reader.each('a', "(ssbt)", [&] {
    reader.inside('r', "ssbt", [&] {
      BindPath path;
      path.source = reader.text();
      path.destination = reader.text();
      path.optional = reader.boolean();
      reader.skip("t");
      unit.bind_paths.push_back(std::move(path));
    });
  });
}

template <typename Member>
Take text_into(Member member) {
  return [member](BusReader& reader, UnitProperties& unit) { unit.*member = reader.text(); };
}

template <typename Member>
Take number_into(Member member) {
  return [member](BusReader& reader, UnitProperties& unit) { unit.*member = reader.number64(); };
}

}  // namespace

const Properties& unit_properties() {
  static const Properties properties = {
      {"Id", {"s", text_into(&UnitProperties::name)}},
      {"LoadState", {"s", text_into(&UnitProperties::load_state)}},
      {"ActiveState", {"s", text_into(&UnitProperties::active_state)}},
      {"UnitFileState", {"s", text_into(&UnitProperties::unit_file_state)}},
      // Every start begins with the unit's conditions, so the time they were last looked at tells of any attempt.
      {"ConditionTimestampMonotonic",
       {"t", [](BusReader& r, UnitProperties& u) { u.start_attempted = r.number64() != 0; }}},
      {"FragmentPath", {"s", text_into(&UnitProperties::fragment_path)}},
      {"DropInPaths", {"as", [](BusReader& r, UnitProperties& u) { u.drop_in_paths = r.texts(); }}},
  };
  return properties;
}

const Properties& service_properties() {
  static const Properties properties = {
      {"RuntimeDirectory", {"as", made_below("/run/"), false}},
      {"StateDirectory", {"as", made_below("/var/lib/"), false}},
      {"CacheDirectory", {"as", made_below("/var/cache/"), false}},
      {"LogsDirectory", {"as", made_below("/var/log/"), false}},
      {"Result", {"s", text_into(&UnitProperties::result)}},
      {"User", {"s", text_into(&UnitProperties::user)}},
      {"Group", {"s", text_into(&UnitProperties::group)}},
      {"SupplementaryGroups", {"as", [](BusReader& r, UnitProperties& u) { u.supplementary_groups = r.texts(); }}},
      {"UMask", {"u", [](BusReader& r, UnitProperties& u) { u.umask = r.number32(); }}},
      {"BindPaths", {"a(ssbt)", read_bind_paths}},
      {"BindReadOnlyPaths", {"a(ssbt)", read_bind_paths}},
      {"MainPID", {"u", [](BusReader& r, UnitProperties& u) { u.main_pid = r.number32(); }}},
      {"LimitNOFILE", {"t", number_into(&UnitProperties::limit_nofile)}},
      {"LimitNOFILESoft", {"t", number_into(&UnitProperties::limit_nofile_soft)}},
      {"CapabilityBoundingSet", {"t", number_into(&UnitProperties::capability_bounding_set)}},
      {"AmbientCapabilities", {"t", number_into(&UnitProperties::ambient_capabilities)}},
      {"MemoryMax", {"t", number_into(&UnitProperties::memory_max), false}},
      {"CPUQuotaPerSecUSec", {"t", number_into(&UnitProperties::cpu_quota), false}},
      {"Slice", {"s", text_into(&UnitProperties::slice), false}},
      {"Environment", {"as", [](BusReader& r, UnitProperties& u) { u.environment = r.texts(); }}},
      {"EnvironmentFiles",
       {"a(sb)", [](BusReader& r, UnitProperties& u) { u.environment_files = read_environment_files(r); }}},
      {"ExecStartPre",
       {"a(sasbttttuii)", [](BusReader& r, UnitProperties& u) { u.exec_start_pre = read_programs(r); }, false}},
      {"ExecStart", {"a(sasbttttuii)", [](BusReader& r, UnitProperties& u) { u.exec_start = read_exec(r); }}},
  };
  return properties;
}

}  // namespace preflight::systemd
