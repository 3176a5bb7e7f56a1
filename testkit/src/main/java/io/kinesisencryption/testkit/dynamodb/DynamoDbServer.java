// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.testkit.dynamodb;

import com.amazonaws.services.dynamodbv2.local.server.LocalDynamoDBRequestHandler;
import com.amazonaws.services.dynamodbv2.local.server.LocalDynamoDBServerHandler;
import com.amazonaws.services.dynamodbv2.local.shared.access.sqlite.SQLiteLibraryLoader;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * DynamoDB Local's request handler on a Jetty of our own. Its own ServerRunner would bind every interface, and would link against clients of a
 * telemetry service.
 */
final class DynamoDbServer implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int MAX_THREADS = 32;
    private static final int MIN_THREADS = 4;
    private static final int IDLE_TIMEOUT_MILLIS = 60_000;
    private static final long STOP_TIMEOUT_MILLIS = 2_000;

    /** Held, because java.util.logging forgets the level of a logger that nobody holds. SQLite's wrapper logs each statement's life at INFO. */
    private static final Logger SQLITE_LOGGER = Logger.getLogger("com.almworks.sqlite4java");

    private final Server server;
    private final LocalDynamoDBRequestHandler database;
    private final ThreadGroup group;
    private final URI endpoint;

    private DynamoDbServer(Server server, LocalDynamoDBRequestHandler database, ThreadGroup group, int port) {
        this.server = server;
        this.database = database;
        this.group = group;
        this.endpoint = URI.create("http://" + LOOPBACK + ":" + port);
    }

    static DynamoDbServer start() {
        if (SQLITE_LOGGER.getLevel() == null) {
            SQLITE_LOGGER.setLevel(Level.WARNING);
        }
        // The database's own threads are begun by these and so end up in the same group, where close() finds them.
        ThreadGroup group = new ThreadGroup("local-dynamodb");
        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS, IDLE_TIMEOUT_MILLIS, 0, null, group);
        threads.setName("local-dynamodb");
        threads.setDaemon(true);
        Server server = new Server(threads);
        ServerConnector connector = new ServerConnector(server, 1, 1);
        connector.setHost(LOOPBACK);
        connector.setPort(0);
        // Stopping waits for answers under way, and not for the idle connections that clients keep.
        connector.setShutdownIdleTimeout(1);
        server.addConnector(connector);
        try {
            SQLiteLibraryLoader.initialize();
            // Authority level 0, in memory, so without a file; one database for all regions and credentials; no
            // artificial delays.
            LocalDynamoDBRequestHandler database = new LocalDynamoDBRequestHandler(0, true, null, true, false);
            server.setHandler(new GracefulHandler(new LocalDynamoDBServerHandler(database, null)));
            server.setStopTimeout(STOP_TIMEOUT_MILLIS);
            server.start();
            return new DynamoDbServer(server, database, group, connector.getLocalPort());
        } catch (Exception e) {
            stop(server);
            throw new IllegalStateException("DynamoDB Local does not start", e);
        }
    }

    URI endpoint() {
        return endpoint;
    }

    @Override
    public void close() {
        stop(server);
        database.shutdown();
        endJobs();
    }

    /**
     * Ends the database's periodic jobs: its shutdown only sets a flag that they read after a sleep of minutes or hours, and they are no daemons.
     * SQLite's queue is left alone, because it ends by itself once it has closed the database.
     */
    private void endJobs() {
        List<Thread> jobs = threads(group).stream()
                .filter(thread -> !thread.getName().startsWith("SQLiteQueue"))
                .toList();
        jobs.forEach(Thread::interrupt);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_TIMEOUT_MILLIS);
        try {
            for (Thread job : jobs) {
                TimeUnit.NANOSECONDS.timedJoin(job, deadline - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<Thread> threads(ThreadGroup group) {
        Thread[] threads = new Thread[group.activeCount() + MAX_THREADS];
        return Arrays.asList(threads).subList(0, group.enumerate(threads));
    }

    private static void stop(Server server) {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("DynamoDB Local does not stop", e);
        }
    }
}
