/**
 * PostgreSQL's settings that a compute may have (versions 14 to 18, read from their `pg_settings`): name, type, then the range of
 * numbers with their unit or the values of an enumeration, then the versions if not all. Left out is what the local Neon sets itself
 * (files, connections, WAL, shared memory, replication, the log that it reads) and what would keep a compute from starting; ranges
 * are the narrowest of all versions, and narrower still where the largest values are more than any machine has.
 */
export const pgSettingsTable = `
array_nulls bool
autovacuum bool
autovacuum_analyze_scale_factor real 0..100
autovacuum_analyze_threshold integer 0..2147483647
autovacuum_freeze_max_age integer 100000..2000000000
autovacuum_max_workers integer 1..1000
autovacuum_multixact_freeze_max_age integer 10000..2000000000
autovacuum_naptime integer 1..2147483 s
autovacuum_vacuum_cost_delay real -1..100 ms
autovacuum_vacuum_cost_limit integer -1..10000
autovacuum_vacuum_insert_scale_factor real 0..100
autovacuum_vacuum_insert_threshold integer -1..2147483647
autovacuum_vacuum_max_threshold integer -1..2147483647 @18
autovacuum_vacuum_scale_factor real 0..100
autovacuum_vacuum_threshold integer 0..2147483647
autovacuum_work_mem integer -1..2147483647 kB
backend_flush_after integer 0..256 8kB
backslash_quote enum safe_encoding,on,off
bgwriter_delay integer 10..10000 ms
bgwriter_flush_after integer 0..256 8kB
bgwriter_lru_maxpages integer 0..1073741823
bgwriter_lru_multiplier real 0..10
bytea_output enum escape,hex
check_function_bodies bool
checkpoint_completion_target real 0..1
checkpoint_timeout integer 30..86400 s
client_connection_check_interval integer 0..2147483647 ms
client_min_messages enum debug5,debug4,debug3,debug2,debug1,log,notice,warning,error
commit_delay integer 0..100000
commit_siblings integer 0..1000
compute_query_id enum auto,regress,on,off
constraint_exclusion enum partition,on,off
cpu_index_tuple_cost real 0..1e300
cpu_operator_cost real 0..1e300
cpu_tuple_cost real 0..1e300
createrole_self_grant string @16-18
cursor_tuple_fraction real 0..1
datestyle string
deadlock_timeout integer 1..2147483647 ms
default_statistics_target integer 1..10000
default_text_search_config string
default_transaction_deferrable bool
default_transaction_isolation enum serializable,repeatable read,read committed,read uncommitted
effective_cache_size integer 1..2147483647 8kB
effective_io_concurrency integer 0..1000
enable_async_append bool
enable_bitmapscan bool
enable_distinct_reordering bool @18
enable_gathermerge bool
enable_group_by_reordering bool @17-18
enable_hashagg bool
enable_hashjoin bool
enable_incremental_sort bool
enable_indexonlyscan bool
enable_indexscan bool
enable_material bool
enable_memoize bool
enable_mergejoin bool
enable_nestloop bool
enable_parallel_append bool
enable_parallel_hash bool
enable_partition_pruning bool
enable_partitionwise_aggregate bool
enable_partitionwise_join bool
enable_presorted_aggregate bool @16-18
enable_self_join_elimination bool @18
enable_seqscan bool
enable_sort bool
enable_tidscan bool
escape_string_warning bool
extra_float_digits integer -15..3
from_collapse_limit integer 1..2147483647
geqo bool
geqo_effort integer 1..10
geqo_generations integer 0..2147483647
geqo_pool_size integer 0..2147483647
geqo_seed real 0..1
geqo_selection_bias real 1.5..2
geqo_threshold integer 2..2147483647
gin_pending_list_limit integer 64..2147483647 kB
hash_mem_multiplier real 1..1000
hot_standby_feedback bool
idle_in_transaction_session_timeout integer 0..2147483647 ms
idle_session_timeout integer 0..2147483647 ms
intervalstyle enum postgres,postgres_verbose,sql_standard,iso_8601
io_combine_limit integer 1..32 8kB @17-18
io_workers integer 1..32 @18
jit bool
jit_above_cost real -1..1e300
jit_inline_above_cost real -1..1e300
jit_optimize_above_cost real -1..1e300
join_collapse_limit integer 1..2147483647
lo_compat_privileges bool
lock_timeout integer 0..2147483647 ms
log_autovacuum_min_duration integer -1..2147483647 ms
log_disconnections bool
log_executor_stats bool
log_lock_waits bool
log_parser_stats bool
log_planner_stats bool
log_recovery_conflict_waits bool
log_statement_stats bool
log_temp_files integer -1..2147483647 kB
logical_decoding_work_mem integer 64..2147483647 kB
maintenance_io_concurrency integer 0..1000
maintenance_work_mem integer 1024..2147483647 kB
max_active_replication_origins integer 0..1000 @18
max_locks_per_transaction integer 10..1024
max_logical_replication_workers integer 0..1000
max_parallel_apply_workers_per_subscription integer 0..1024 @16-18
max_parallel_maintenance_workers integer 0..1024
max_parallel_workers integer 0..1024
max_parallel_workers_per_gather integer 0..1024
max_pred_locks_per_page integer 0..2147483647
max_pred_locks_per_relation integer -2147483648..2147483647
max_pred_locks_per_transaction integer 10..1024
max_prepared_transactions integer 0..1000
max_replication_slots integer 0..1000
max_standby_archive_delay integer -1..2147483647 ms
max_standby_streaming_delay integer -1..2147483647 ms
max_sync_workers_per_subscription integer 0..1000
max_worker_processes integer 0..1000
min_parallel_index_scan_size integer 0..715827882 8kB
min_parallel_table_scan_size integer 0..715827882 8kB
parallel_leader_participation bool
parallel_setup_cost real 0..1e300
parallel_tuple_cost real 0..1e300
plan_cache_mode enum auto,force_generic_plan,force_custom_plan
quote_all_identifiers bool
random_page_cost real 0..1e300
recursive_worktable_factor real 0.001..1000000 @15-18
row_security bool
search_path string
seq_page_cost real 0..1e300
standard_conforming_strings bool
statement_timeout integer 0..2147483647 ms
stats_fetch_consistency enum none,cache,snapshot @15-18
synchronize_seqscans bool
synchronous_commit enum local,remote_write,remote_apply,on,off
tcp_keepalives_count integer 0..2147483647
tcp_keepalives_idle integer 0..2147483647 s
tcp_keepalives_interval integer 0..2147483647 s
tcp_user_timeout integer 0..2147483647 ms
temp_buffers integer 100..1073741823 8kB
temp_file_limit integer -1..2147483647 kB
timezone string
track_activities bool
track_activity_query_size integer 100..1048576 B
track_commit_timestamp bool
track_cost_delay_timing bool @18
track_counts bool
track_functions enum none,pl,all
track_io_timing bool
transaction_timeout integer 0..2147483647 ms @17-18
transform_null_equals bool
vacuum_buffer_usage_limit integer 0..16777216 kB @16-18
vacuum_cost_delay real 0..100 ms
vacuum_cost_limit integer 1..10000
vacuum_cost_page_dirty integer 0..10000
vacuum_cost_page_hit integer 0..10000
vacuum_cost_page_miss integer 0..10000
vacuum_failsafe_age integer 0..2100000000
vacuum_freeze_min_age integer 0..1000000000
vacuum_freeze_table_age integer 0..2000000000
vacuum_max_eager_freeze_failure_rate real 0..1 @18
vacuum_multixact_failsafe_age integer 0..2100000000
vacuum_multixact_freeze_min_age integer 0..1000000000
vacuum_multixact_freeze_table_age integer 0..2000000000
vacuum_truncate bool @18
wal_skip_threshold integer 0..2147483647 kB
wal_writer_delay integer 1..10000 ms
wal_writer_flush_after integer 0..2147483647 8kB
work_mem integer 64..2147483647 kB
xmlbinary enum base64,hex
xmloption enum content,document

`;
