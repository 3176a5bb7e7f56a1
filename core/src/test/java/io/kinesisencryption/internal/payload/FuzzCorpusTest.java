// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.payload;

import io.kinesisencryption.FuzzCorpus;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class FuzzCorpusTest {
    @TestFactory
    List<DynamicTest> aggregates() throws IOException, URISyntaxException {
        return FuzzCorpus.of(AggregateFuzz.class, new AggregateFuzz()::aResultOrARefusal);
    }

    @TestFactory
    List<DynamicTest> zstdFrames() throws IOException, URISyntaxException {
        return FuzzCorpus.of(ZstdFuzz.class, new ZstdFuzz()::aResultOrARefusal);
    }
}
