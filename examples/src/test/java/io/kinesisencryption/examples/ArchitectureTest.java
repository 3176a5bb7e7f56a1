// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.examples;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.MethodCallTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules of the architecture, over the production classes of every module. */
class ArchitectureTest {
    private static final String ROOT = "io.kinesisencryption";
    private static final String ANY_OF_US = ROOT + "..";
    private static final String PRODUCER = ROOT + ".producer..";
    private static final String CONSUMER = ROOT + ".consumer..";
    private static final String TESTKIT = ROOT + ".testkit..";
    private static final String EXAMPLES = ROOT + ".examples..";

    /** The one adapter to what the material providers library generates. */
    private static final String ADAPTER = ROOT + ".internal.encryptionsdk";

    /** Core's packages and their layers: a class sees its own package and those of lower layers. */
    private static final Map<String, Integer> CORE_LAYERS = Map.ofEntries(
            Map.entry(ROOT + ".error", 0),
            Map.entry(ROOT + ".internal.logging", 0),
            Map.entry(ROOT + ".internal.text", 0),
            Map.entry(ROOT + ".suite", 1),
            Map.entry(ROOT + ".internal.envelope", 2),
            Map.entry(ROOT + ".internal.payload", 2),
            Map.entry(ROOT + ".internal.materials", 3),
            Map.entry(ROOT + ".internal.crypto", 4),
            Map.entry(ROOT + ".caching", 4),
            Map.entry(ROOT + ".internal.caching", 5),
            Map.entry(ADAPTER, 6),
            Map.entry(ROOT + ".internal.compact", 6),
            Map.entry(ROOT + ".keyring", 7),
            Map.entry(ROOT, 8),
            Map.entry(ROOT + ".micrometer", 9));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            // The testkit's own tests, once they are packaged.
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages(ROOT);

    private static final DescribedPredicate<JavaClass> CORE = resideInAnyPackage(ANY_OF_US)
            .and(not(resideInAnyPackage(PRODUCER, CONSUMER, TESTKIT, EXAMPLES)))
            .as("classes of core");

    @Test
    void everyModuleIsLookedAt() {
        for (String module : List.of(
                ROOT, ROOT + ".producer", ROOT + ".consumer", ROOT + ".testkit.kinesis", ROOT + ".examples.cli")) {
            assertThat(CLASSES.containPackage(module)).as(module).isTrue();
        }
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("(**)").should().beFreeOfCycles().check(CLASSES.that(resideInAnyPackage(ANY_OF_US)));
    }

    @Test
    void modulesSeeOnlyWhatTheyMay() {
        noClasses()
                .that(CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(PRODUCER, CONSUMER, TESTKIT, EXAMPLES)
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(PRODUCER)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CONSUMER, TESTKIT, EXAMPLES)
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(CONSUMER)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(PRODUCER, TESTKIT, EXAMPLES)
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(TESTKIT)
                .should()
                .dependOnClassesThat(resideInAnyPackage(ANY_OF_US).and(not(resideInAnyPackage(TESTKIT))))
                .check(CLASSES);
    }

    @Test
    void coreKnowsNeitherTheKinesisClientNorKcl() {
        noClasses()
                .that(CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("software.amazon.awssdk.services.kinesis..", "software.amazon.kinesis..")
                .check(CLASSES);
    }

    @Test
    void onlyTheConsumerAndTheExamplesKnowKcl() {
        noClasses()
                .that()
                .resideOutsideOfPackages(CONSUMER, EXAMPLES)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon.kinesis..")
                .check(CLASSES);
    }

    @Test
    void onlyItsBindingsKnowMicrometerWhichIsOptional() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "..micrometer")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.micrometer..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(ROOT + "..micrometer")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + "..internal..")
                .check(CLASSES);
    }

    /** An application that does not use the AWS Glue Schema Registry may leave it out, as these examples do. */
    @Test
    void onlyItsDecoderNeedsTheSchemaRegistry() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + ".consumer.GlueSchemaDecoder")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".consumer.DecryptingShardRecordProcessorFactory$Builder")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.amazonaws.services.schemaregistry..")
                .check(CLASSES);
    }

    /** An application that reads without the Kinesis Client Library may leave it out. */
    @Test
    void whatServesConsumersWithoutKclDoesWithoutItsClasses() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + ".consumer.client", ROOT + ".consumer.policy", ROOT + ".consumer.deadletter")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon.kinesis..")
                .check(CLASSES);
    }

    @Test
    void examplesUseThePublicApiOnly() {
        noClasses()
                .that()
                .resideInAPackage(EXAMPLES)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOT + ".internal..", ROOT + "..internal..")
                .check(CLASSES);
    }

    @Test
    void layersOfCoreSeeOnlyTheLayersBelowThem() {
        assertThat(packagesOfCore()).as("packages without a layer").isSubsetOf(CORE_LAYERS.keySet());
        classes().that(CORE).should(seeOnlyLowerLayers()).check(CLASSES);
    }

    @Test
    void theEnvelopeIsLayoutOnly() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".internal.envelope..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("javax.crypto..", "java.security..", "software.amazon..", "com.amazonaws..")
                .check(CLASSES);
    }

    @Test
    void ciphersAppearInOnePackage() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + ".internal.crypto..", TESTKIT)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("javax.crypto..")
                .check(CLASSES);
    }

    @Test
    void typesThatTheMaterialProvidersLibraryGeneratesAreConfinedToTheAdapter() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ADAPTER)
                .should()
                .dependOnClassesThat(generatedByTheMaterialProvidersLibrary())
                .orShould()
                .callMethodWhere(callsImpl())
                .check(CLASSES);
    }

    @Test
    void publicTypesCannotBeExtendedUnlessTheyAreInterfaces() {
        classes()
                .that()
                .arePublic()
                .and()
                .areTopLevelClasses()
                .should(beClosed())
                .check(CLASSES);
    }

    @Test
    void everyPackageIsNullMarked() {
        Set<String> unmarked = new LinkedHashSet<>();
        for (JavaClass type : CLASSES) {
            if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                unmarked.add(type.getPackageName());
            }
        }
        assertThat(unmarked)
                .as("packages without @NullMarked in their package-info.java")
                .isEmpty();
    }

    @Test
    void exceptionsOfCoreLiveInTheErrorPackage() {
        classes()
                .that(CORE)
                .and(assignableTo(Throwable.class))
                .should()
                .resideInAPackage(ROOT + ".error")
                .check(CLASSES);
    }

    @Test
    void onlyTheExamplesPrint() {
        noClasses()
                .that()
                .resideOutsideOfPackage(EXAMPLES)
                .should(ACCESS_STANDARD_STREAMS)
                .check(CLASSES);
    }

    private static Set<String> packagesOfCore() {
        Set<String> packages = new LinkedHashSet<>();
        CLASSES.that(CORE).forEach(type -> packages.add(type.getPackageName()));
        return packages;
    }

    private static ArchCondition<JavaClass> seeOnlyLowerLayers() {
        return new ArchCondition<>("see only their own package and lower layers") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                int layer = CORE_LAYERS.get(type.getPackageName());
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    String target =
                            dependency.getTargetClass().getBaseComponentType().getPackageName();
                    Integer targetLayer = CORE_LAYERS.get(target);
                    boolean allowed =
                            targetLayer == null || target.equals(type.getPackageName()) || targetLayer < layer;
                    if (!allowed) {
                        events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
                    }
                }
            }
        };
    }

    private static DescribedPredicate<JavaClass> generatedByTheMaterialProvidersLibrary() {
        return DescribedPredicate.describe(
                "Dafny types, and types of the calls from the library into a keyring or materials manager", type -> {
                    String name = type.getPackageName();
                    boolean dafny = name.contains("internaldafny")
                            || name.equals("dafny")
                            || name.startsWith("software.amazon.smithy.dafny");
                    boolean call = name.startsWith("software.amazon.cryptography")
                            && type.getSimpleName().matches("On(En|De)crypt(In|Out)put|Shim|To(Dafny|Native)");
                    return dafny || call;
                });
    }

    private static DescribedPredicate<JavaMethodCall> callsImpl() {
        return DescribedPredicate.describe("the target is impl() of the material providers library", call -> {
            MethodCallTarget target = call.getTarget();
            return target.getName().equals("impl")
                    && target.getOwner().getPackageName().startsWith("software.amazon.cryptography");
        });
    }

    private static ArchCondition<JavaClass> beClosed() {
        return new ArchCondition<>("be final, sealed, records, enums, annotations or interfaces") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean closed = type.isInterface()
                        || type.isEnum()
                        || type.getModifiers().contains(JavaModifier.FINAL)
                        || type.reflect().isSealed();
                if (!closed) {
                    events.add(SimpleConditionEvent.violated(type, type.getName() + " is open to extension"));
                }
            }
        };
    }
}
