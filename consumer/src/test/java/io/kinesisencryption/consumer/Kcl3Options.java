// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.consumer;

import java.lang.reflect.Method;
import software.amazon.kinesis.leases.LeaseManagementConfig;

/** Options that only KCL 3 has, set without being compiled against it. With its defaults a shard that nobody owns is taken up after many seconds. */
final class Kcl3Options {
    private Kcl3Options() {}

    /** Makes KCL 3 assign leases twice a second; under KCL 2 nothing happens. */
    static LeaseManagementConfig assigningQuickly(LeaseManagementConfig config) {
        if (hasNo(config, "leaseAssignmentIntervalMillis")) {
            return config;
        }
        set(config, "leaseAssignmentIntervalMillis", Long.class, 500L);
        Object assignment = get(config, "workerUtilizationAwareAssignmentConfig");
        set(assignment, "disableWorkerMetrics", boolean.class, true);
        set(assignment, "workerMetricsReporterFreqInMillis", long.class, 500L);
        set(get(config, "gracefulLeaseHandoffConfig"), "isGracefulLeaseHandoffEnabled", boolean.class, false);
        return config;
    }

    /**
     * Makes KCL 3 notice within seconds that the worker is gone which assigns the leases, where it waits for two minutes otherwise, and give each worker
     * as many leases as the others; under KCL 2 nothing happens, which knows no such worker and shares leases evenly anyway.
     */
    static LeaseManagementConfig electingQuickly(LeaseManagementConfig config) {
        if (hasNo(config, "dynamoDbLockBasedLeaderLeaseDurationInMillis")) {
            return config;
        }
        set(config, "dynamoDbLockBasedLeaderLeaseDurationInMillis", long.class, 6_000L);
        set(config, "dynamoDbLockBasedLeaderHeartbeatPeriodInMillis", long.class, 2_000L);
        for (Object strategy : get(config, "leaseAssignmentStrategy").getClass().getEnumConstants()) {
            if (strategy.toString().equals("LEASE_COUNT_BASED")) {
                set(config, "leaseAssignmentStrategy", strategy.getClass(), strategy);
                return config;
            }
        }
        throw new LinkageError("This KCL 3 does not assign leases by their count");
    }

    private static boolean hasNo(Object config, String option) {
        for (Method method : config.getClass().getMethods()) {
            if (method.getName().equals(option)) {
                return false;
            }
        }
        return true;
    }

    private static Object get(Object config, String option) {
        try {
            return config.getClass().getMethod(option).invoke(config);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("This KCL 3 has no option " + option, e);
        }
    }

    private static void set(Object config, String option, Class<?> type, Object value) {
        try {
            config.getClass().getMethod(option, type).invoke(config, value);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("This KCL 3 has no option " + option, e);
        }
    }
}
