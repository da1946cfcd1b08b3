/*
 * Sets of data from the literature, as the R package metadat has them, and what
 * metafor 3.8 says of them (threshold 1e-12, test "adhoc"); the first is the
 * table of the specification.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <math.h>

#include "proto/effect.h"
#include "proto/meta.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define SET(name)    name, COUNT(name)
#define MANY         META_MAX
#define MANY_MS      3000 /* 130 here; what is quadratic takes ten seconds */

struct known {
	const struct meta_study *studies;
	size_t k;
	enum meta_method method;
	enum meta_ci ci_method;
	double estimate;
	double se;
	struct meta_interval ci;
	struct meta_interval pi; /* zeros: none */
	double tau2;
	struct meta_interval tau2_ci; /* 0: not compared */
	double i2;
	double h2;
	double q;
	double q_p;
	double p;
};

/* dat.bcg: log RR (Colditz et al. 1994). */
static const struct meta_study bcg[] = {
	{ -0.8893113339202054, 0.32558476500396133 },
	{ -1.5853886572014306, 0.19458112139814385 },
	{ -1.3480731482996933, 0.4153679653679654 },
	{ -1.4415511900213054, 0.020010031902247573 },
	{ -0.21754732221129558, 0.05121017216963086 },
	{ -0.786115585818864, 0.0069056184559087574 },
	{ -1.6208982235983918, 0.22301724757231517 },
	{ 0.011952333523840508, 0.0039615792978177295 },
	{ -0.4694176487381494, 0.056434210463248966 },
	{ -1.3713448034727844, 0.07302479361302891 },
	{ -0.3393588283383906, 0.01241221397155972 },
	{ 0.44591340057137874, 0.5325058452001528 },
	{ -0.017313948216879815, 0.0714046596839863 },
};

/* dat.normand1999: MD of days. */
static const struct meta_study normand[] = {
	{ -20.0, 40.50802315963606 },
	{ -2.0, 2.0806451612903225 },
	{ -55.0, 15.698403755868545 },
	{ -71.0, 150.22222222222223 },
	{ -4.0, 17.307692307692307 },
	{ 1.0, 1.1673414304993253 },
	{ 11.0, 94.5891265597148 },
	{ -10.0, 6.3108792846497765 },
	{ 7.0, 19.842307692307692 },
};

/* dat.hart1999: log IRR, less spread than chance gives. */
static const struct meta_study hart[] = {
	{ -0.7842099895068162, 0.16374269005847952 },
	{ -0.9358932591196418, 0.17763157894736842 },
	{ -1.5792551607873322, 0.41025641025641024 },
	{ -0.38872831575264044, 0.2777777777777778 },
	{ -1.2019299026961359, 0.18633540372670807 },
	{ -1.140914668358799, 0.07 },
};

/* dat.raudenbush1985: SMD. */
static const struct meta_study raud[] = {
	{ 0.03, 0.0156 },
	{ 0.12, 0.0216 },
	{ -0.14, 0.0279 },
	{ 1.18, 0.1391 },
	{ 0.26, 0.1362 },
	{ -0.06, 0.0106 },
	{ -0.02, 0.0106 },
	{ -0.32, 0.0484 },
	{ 0.27, 0.0269 },
	{ 0.8, 0.063 },
	{ 0.54, 0.0912 },
	{ 0.18, 0.0497 },
	{ -0.02, 0.0835 },
	{ 0.23, 0.0841 },
	{ -0.18, 0.0253 },
	{ -0.06, 0.0279 },
	{ 0.3, 0.0193 },
	{ 0.07, 0.0088 },
	{ -0.07, 0.0303 },
};

/* The first and the eighth of dat.bcg. */
static const struct meta_study two[] = {
	{ -0.8893113339202054, 0.32558476500396133 },
	{ 0.011952333523840508, 0.0039615792978177295 },
};

/* All alike. */
static const struct meta_study homog[] = {
	{ 0.1, 0.08 },
	{ 0.11, 0.1 },
	{ 0.105, 0.08 },
	{ 0.12, 0.09 },
	{ 0.1, 0.085 },
};

/* One that knows nothing. */
static const struct meta_study huge[] = {
	{ 0.1, 0.01 },
	{ 0.5, 0.02 },
	{ -0.2, 0.015 },
	{ 3.0, 1000000.0 },
};

static const struct known published[] = {
	{ SET(bcg), META_EE, META_Z, -0.430285163654, 0.0404987517109,
	    { -0.509661258426, -0.350909068882 }, { 0, 0 }, 0, { 0, 0 },
	    92.1173468546, 12.6860840069, 152.233008082, 1.99676459085e-26,
	    2.28862930697e-26 },
	{ SET(bcg), META_EE, META_HK, -0.430285163654, 0.14424654798,
	    { -0.744571393027, -0.115998934281 }, { 0, 0 }, 0, { 0, 0 },
	    92.1173468546, 12.6860840069, 152.233008082, 1.99676459085e-26,
	    0.0114222350401 },
	{ SET(bcg), META_DL, META_Z, -0.714117222073, 0.178742089535,
	    { -1.06444528008, -0.363789164062 },
	    { -1.85815375273, 0.429919308586 }, 0.308760262862,
	    { 0.119718361141, 1.11147908406 }, 92.1173468546, 12.6860840069,
	    152.233008082, 1.99676459085e-26, 6.4629243047e-05 },
	{ SET(bcg), META_DL, META_HK, -0.714117222073, 0.180696628336,
	    { -1.10782135417, -0.320413089978 },
	    { -1.98720696343, 0.558972519284 }, 0.308760262862,
	    { 0.119718361141, 1.11147908406 }, 92.1173468546, 12.6860840069,
	    152.233008082, 1.99676459085e-26, 0.00192076676705 },
	{ SET(bcg), META_REML, META_Z, -0.714532342158, 0.179781516105,
	    { -1.06689763881, -0.362167045506 },
	    { -1.8666922179, 0.437627533587 }, 0.313243258136,
	    { 0.119718361141, 1.11147908406 }, 92.2213845213, 12.8557582353,
	    152.233008082, 1.99676459085e-26, 7.05425810164e-05 },
	{ SET(bcg), META_REML, META_HK, -0.714532342158, 0.180791744093,
	    { -1.10844371369, -0.320620970631 },
	    { -1.9960168342, 0.56695214988 }, 0.313243258136,
	    { 0.119718361141, 1.11147908406 }, 92.2213845213, 12.8557582353,
	    152.233008082, 1.99676459085e-26, 0.00192001509606 },
	{ SET(normand), META_EE, META_Z, -3.46361262778, 0.764827521161,
	    { -4.96264702364, -1.96457823192 }, { 0, 0 }, 0, { 0, 0 },
	    96.6515401508, 29.8644763578, 238.915810862, 3.8418092854e-47,
	    5.93703739863e-06 },
	{ SET(normand), META_EE, META_HK, -3.46361262778, 4.17966003999,
	    { -13.1019259637, 6.17470070819 }, { 0, 0 }, 0, { 0, 0 },
	    96.6515401508, 29.8644763578, 238.915810862, 3.8418092854e-47,
	    0.43131138547 },
	{ SET(normand), META_DL, META_Z, -13.981721817, 5.12669833923,
	    { -24.0298659215, -3.93357771255 },
	    { -43.8152073189, 15.8517636848 }, 205.409375468,
	    { 292.918121657, 0 }, 96.6515401508, 29.8644763578, 238.915810862,
	    3.8418092854e-47, 0.00638671324117 },
	{ SET(normand), META_DL, META_HK, -13.981721817, 8.73680666497,
	    { -34.1288341149, 6.16539048085 },
	    { -52.6883406458, 24.7248970117 }, 205.409375468,
	    { 292.918121657, 0 }, 96.6515401508, 29.8644763578, 238.915810862,
	    3.8418092854e-47, 0.148194269341 },
	{ SET(normand), META_REML, META_Z, -15.1060274735, 8.94655283975,
	    { -32.6409488252, 2.42889387823 },
	    { -69.3048601749, 39.0928052279 }, 684.64615193,
	    { 292.918121657, 2889.45134912 }, 98.9712743474, 97.2076469041,
	    238.915810862, 3.8418092854e-47, 0.0913201554907 },
	{ SET(normand), META_REML, META_HK, -15.1060274735, 9.19890874663,
	    { -36.3187490826, 6.10669413561 },
	    { -79.0645424665, 48.8524875195 }, 684.64615193,
	    { 292.918121657, 2889.45134912 }, 98.9712743474, 97.2076469041,
	    238.915810862, 3.8418092854e-47, 0.13918403726 },
	{ SET(hart), META_EE, META_Z, -1.01681571481, 0.163459250079,
	    { -1.33718995791, -0.696441471718 }, { 0, 0 }, 0, { 0, 0 }, 0,
	    0.592491100883, 2.96245550441, 0.705774230515, 4.95235978312e-10 },
	{ SET(hart), META_EE, META_HK, -1.01681571481, 0.163459250079,
	    { -1.43700109393, -0.596630335693 }, { 0, 0 }, 0, { 0, 0 }, 0,
	    0.592491100883, 2.96245550441, 0.705774230515, 0.00156974668403 },
	{ SET(hart), META_DL, META_Z, -1.01681571481, 0.163459250079,
	    { -1.33718995791, -0.696441471718 },
	    { -1.33718995791, -0.696441471718 }, 0, { 0, 0.680184263624 }, 0, 1,
	    2.96245550441, 0.705774230515, 4.95235978312e-10 },
	{ SET(hart), META_DL, META_HK, -1.01681571481, 0.163459250079,
	    { -1.43700109393, -0.596630335693 },
	    { -1.43700109393, -0.596630335693 }, 0, { 0, 0.680184263624 }, 0, 1,
	    2.96245550441, 0.705774230515, 0.00156974668403 },
	{ SET(hart), META_REML, META_Z, -1.01681571481, 0.163459250079,
	    { -1.33718995791, -0.696441471718 },
	    { -1.33718995791, -0.696441471718 }, 0, { 0, 0.680184263624 }, 0, 1,
	    2.96245550441, 0.705774230515, 4.95235978312e-10 },
	{ SET(hart), META_REML, META_HK, -1.01681571481, 0.163459250079,
	    { -1.43700109393, -0.596630335693 },
	    { -1.43700109393, -0.596630335693 }, 0, { 0, 0.680184263624 }, 0, 1,
	    2.96245550441, 0.705774230515, 0.00156974668403 },
	{ SET(raud), META_EE, META_Z, 0.0603655663353, 0.0364678501135,
	    { -0.0111101064809, 0.131841239151 }, { 0, 0 }, 0, { 0, 0 },
	    49.762118467, 1.99052979442, 35.8295362996, 0.00741931325488,
	    0.0978618018248 },
	{ SET(raud), META_EE, META_HK, 0.0603655663353, 0.0514510808308,
	    { -0.0477291433764, 0.168460276047 }, { 0, 0 }, 0, { 0, 0 },
	    49.762118467, 1.99052979442, 35.8295362996, 0.00741931325488,
	    0.255983264686 },
	{ SET(raud), META_DL, META_Z, 0.0893220844315, 0.0557939247181,
	    { -0.0200319985722, 0.198676167435 },
	    { -0.244543466223, 0.423187635086 }, 0.0259036722998,
	    { 0.00586152661606, 0.1977006663 }, 49.762118467, 1.99052979442,
	    35.8295362996, 0.00741931325488, 0.109392755478 },
	{ SET(raud), META_DL, META_HK, 0.0893220844315, 0.0635755550816,
	    { -0.04424520046, 0.222889369323 },
	    { -0.27423774588, 0.452881914743 }, 0.0259036722998,
	    { 0.00586152661606, 0.1977006663 }, 49.762118467, 1.99052979442,
	    35.8295362996, 0.00741931325488, 0.177051918489 },
	{ SET(raud), META_REML, META_Z, 0.0837012418833, 0.0516406713646,
	    { -0.0175126141288, 0.184915097895 },
	    { -0.203585937814, 0.370988421581 }, 0.0188182881411,
	    { 0.00586152661606, 0.1977006663 }, 41.8466702481, 1.71959198943,
	    35.8295362996, 0.00741931325488, 0.105052056687 },
	{ SET(raud), META_REML, META_HK, 0.0837012418833, 0.0615793194693,
	    { -0.0456721076128, 0.213074591379 },
	    { -0.232208563884, 0.399611047651 }, 0.0188182881411,
	    { 0.00586152661606, 0.1977006663 }, 41.8466702481, 1.71959198943,
	    35.8295362996, 0.00741931325488, 0.190856991835 },
	{ SET(two), META_EE, META_Z, 0.00111796212644, 0.0625616169754,
	    { -0.12150055396, 0.123736478213 }, { 0, 0 }, 0, { 0, 0 },
	    59.4292747947, 2.46483146392, 2.46483146392, 0.116420189291,
	    0.985742739849 },
	{ SET(two), META_EE, META_HK, 0.00111796212644, 0.0982203731234,
	    { -1.24689020804, 1.2491261323 }, { 0, 0 }, 0, { 0, 0 },
	    59.4292747947, 2.46483146392, 2.46483146392, 0.116420189291,
	    0.99275419102 },
	{ SET(two), META_DL, META_Z, -0.260250480299, 0.413802047387,
	    { -1.07128758991, 0.550786629308 },
	    { -1.51920823213, 0.998707271534 }, 0.241364926976, { 0, 0 },
	    59.4292747947, 2.46483146392, 2.46483146392, 0.116420189291,
	    0.529398114476 },
	{ SET(two), META_DL, META_HK, -0.260250480299, 0.413802047387,
	    { -5.51810401464, 4.99760305404 },
	    { -8.42191828397, 7.90141732337 }, 0.241364926976, { 0, 0 },
	    59.4292747947, 2.46483146392, 2.46483146392, 0.116420189291,
	    0.642590927993 },
	{ SET(two), META_REML, META_Z, -0.260250480299, 0.413802047387,
	    { -1.07128758991, 0.550786629308 },
	    { -1.51920823213, 0.998707271534 }, 0.241364926976, { 0, 0 },
	    59.4292747947, 2.46483146392, 2.46483146392, 0.116420189291,
	    0.529398114476 },
	{ SET(two), META_REML, META_HK, -0.260250480299, 0.413802047387,
	    { -5.51810401464, 4.99760305404 },
	    { -8.42191828397, 7.90141732337 }, 0.241364926976, { 0, 0 },
	    59.4292747947, 2.46483146392, 2.46483146392, 0.116420189291,
	    0.642590927993 },
	{ SET(homog), META_EE, META_Z, 0.106647374365, 0.131447228195,
	    { -0.150984458765, 0.364279207494 }, { 0, 0 }, 0, { 0, 0 }, 0,
	    0.000799887951722, 0.00319955180689, 0.999998721722,
	    0.417174899089 },
	{ SET(homog), META_EE, META_HK, 0.106647374365, 0.131447228195,
	    { -0.258308638949, 0.471603387678 }, { 0, 0 }, 0, { 0, 0 }, 0,
	    0.000799887951722, 0.00319955180689, 0.999998721722,
	    0.462691269724 },
	{ SET(homog), META_DL, META_Z, 0.106647374365, 0.131447228195,
	    { -0.150984458765, 0.364279207494 },
	    { -0.150984458765, 0.364279207494 }, 0, { 0, 0 }, 0, 1,
	    0.00319955180689, 0.999998721722, 0.417174899089 },
	{ SET(homog), META_DL, META_HK, 0.106647374365, 0.131447228195,
	    { -0.258308638949, 0.471603387678 },
	    { -0.258308638949, 0.471603387678 }, 0, { 0, 0 }, 0, 1,
	    0.00319955180689, 0.999998721722, 0.462691269724 },
	{ SET(homog), META_REML, META_Z, 0.106647374365, 0.131447228195,
	    { -0.150984458765, 0.364279207494 },
	    { -0.150984458765, 0.364279207494 }, 0, { 0, 0 }, 0, 1,
	    0.00319955180689, 0.999998721722, 0.417174899089 },
	{ SET(homog), META_REML, META_HK, 0.106647374365, 0.131447228195,
	    { -0.258308638949, 0.471603387678 },
	    { -0.258308638949, 0.471603387678 }, 0, { 0, 0 }, 0, 1,
	    0.00319955180689, 0.999998721722, 0.462691269724 },
	{ SET(huge), META_EE, META_Z, 0.100000013385, 0.0679366218919,
	    { -0.0331533187548, 0.233153345524 }, { 0, 0 }, 0, { 0, 0 },
	    78.5714414439, 4.66666947, 14.00000841, 0.00290514132684,
	    0.141031586398 },
	{ SET(huge), META_EE, META_HK, 0.100000013385, 0.146759920883,
	    { -0.367055554592, 0.567055581362 }, { 0, 0 }, 0, { 0, 0 },
	    78.5714414439, 4.66666947, 14.00000841, 0.00290514132684,
	    0.544513606708 },
	{ SET(huge), META_DL, META_Z, 0.126579713178, 0.177264271585,
	    { -0.220851874874, 0.474011301231 },
	    { -0.526023918875, 0.779183345232 }, 0.0794445044025,
	    { 0.00873220610767, 1.12540041038 }, 78.5714414439, 4.66666947,
	    14.00000841, 0.00290514132684, 0.475181751142 },
	{ SET(huge), META_DL, META_HK, 0.126579713178, 0.177264271585,
	    { -0.437554312986, 0.690713739343 },
	    { -0.933070379387, 1.18622980574 }, 0.0794445044025,
	    { 0.00873220610767, 1.12540041038 }, 78.5714414439, 4.66666947,
	    14.00000841, 0.00290514132684, 0.526725817868 },
	{ SET(huge), META_REML, META_Z, 0.127871912226, 0.198055703017,
	    { -0.260310132621, 0.516053957072 },
	    { -0.610818192412, 0.866562016864 }, 0.102819733123,
	    { 0.00873220610767, 1.12540041038 }, 82.5951537459, 5.74552619081,
	    14.00000841, 0.00290514132684, 0.518515050667 },
	{ SET(huge), META_REML, META_HK, 0.127871912226, 0.198055703017,
	    { -0.502429728082, 0.758173552533 },
	    { -1.07155910426, 1.32730292871 }, 0.102819733123,
	    { 0.00873220610767, 1.12540041038 }, 82.5951537459, 5.74552619081,
	    14.00000841, 0.00290514132684, 0.564497022655 },
};

static void
within(double value, double wanted, double most)
{
	if (!(fabs(value - wanted) <= most * fmax(1, fabs(wanted))))
		fail_msg("%.12g is not %.12g", value, wanted);
}

static struct meta_result
pooled(const struct meta_study *studies, size_t k, enum meta_method method,
    enum meta_ci ci)
{
	struct meta_options options = {
		.method = method, .ci = ci, .level = 0.95
	};
	struct meta_result result;

	assert_int_equal(meta_pool(studies, k, &options, &result), ERR_NONE);
	return result;
}

static void
compare_with(const struct known *known, const struct meta_result *result)
{
	within(result->estimate, known->estimate, 1e-6);
	within(result->se, known->se, 1e-6);
	within(result->ci.low, known->ci.low, 1e-6);
	within(result->ci.high, known->ci.high, 1e-6);
	within(result->tau2, known->tau2, 1e-5);
	within(result->i2, known->i2, 1e-3);
	within(result->h2, known->h2, 1e-5);
	within(result->q, known->q, 1e-6);
	within(result->q_p, known->q_p, 1e-6);
	within(result->p, known->p, 1e-6);
	if (known->pi.high > known->pi.low && result->has_pi) {
		within(result->pi.low, known->pi.low, 1e-6);
		within(result->pi.high, known->pi.high, 1e-6);
	}
	if (known->tau2_ci.high > 0) {
		within(result->tau2_ci.low, known->tau2_ci.low, 1e-5);
		within(result->tau2_ci.high, known->tau2_ci.high, 1e-5);
	}
}

static void
published_sets_are_pooled_as_published(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(published); i++) {
		struct meta_result result = pooled(published[i].studies,
		    published[i].k, published[i].method,
		    published[i].ci_method);

		compare_with(&published[i], &result);
		assert_int_equal(result.k, published[i].k);
		assert_true(result.has_pi ==
		    (published[i].k > 2 && published[i].method != META_EE));
	}
}

/* The published upper limits are where the program's search ended. */
static void
the_interval_of_tau2_is_not_cut_off(void **state)
{
	struct meta_result result = pooled(SET(two), META_REML, META_HK);

	(void)state;
	within(result.tau2_ci.high, 413.38870491, 1e-6);
	assert_true(result.tau2_ci.low == 0);
}

static void
agreement_beyond_chance_gives_zero_to_zero(void **state)
{
	struct meta_result result = pooled(SET(homog), META_REML, META_HK);

	(void)state;
	assert_true(result.tau2 == 0 && result.tau2_ci.low == 0 &&
	    result.tau2_ci.high == 0);
	assert_true(result.has_tau2_ci);

	/* The plain interval of Hartung and Knapp would be far too sure. */
	assert_true(result.hk_q < 0.01);
	within(result.se, 0.131447228195, 1e-9);
}

static void
one_study_is_shown_and_none_is_refused(void **state)
{
	struct meta_options options = { .level = 0.95 };
	struct meta_result result = pooled(bcg, 1, META_REML, META_HK);

	(void)state;
	assert_true(result.estimate == bcg[0].y);
	within(result.se, sqrt(bcg[0].v), 1e-15);
	within(result.ci.high, bcg[0].y + 1.959963984540054 * result.se, 1e-12);
	assert_true(!result.has_pi && !result.has_tau2_ci);
	assert_int_equal(meta_pool(bcg, 0, &options, &result), ERR_NOENT);
	assert_int_equal(meta_without(bcg, 1, 0, &options, &result), ERR_NOENT);
}

static void
what_cannot_be_computed_with_is_refused(void **state)
{
	static const struct meta_study bad[][2] = {
		{ { 1, 1 }, { (double)NAN, 1 } },
		{ { 1, 1 }, { 1, (double)NAN } },
		{ { 1, 1 }, { 1e308, 1 } },
		{ { 1, 1 }, { 1, 1e308 } },
		{ { 1, 1 }, { 1, 0 } },
		{ { 1, 1 }, { 1, -1 } },
		{ { 1, 1 }, { (double)INFINITY, 1 } },
	};
	struct meta_options options = { .level = 0.95 };
	struct meta_result result = { .k = 7 };
	double weights[2];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		assert_int_equal(
		    meta_pool(bad[i], 2, &options, &result), ERR_LIMIT);
		assert_int_equal(
		    meta_weights(bad[i], 2, 0, weights), ERR_LIMIT);
	}
	assert_int_equal(meta_weights(bcg, 2, (double)NAN, weights), ERR_LIMIT);
	options.level = 1;
	assert_int_equal(meta_pool(bcg, 2, &options, &result), ERR_LIMIT);
	options.level = (double)NAN;
	assert_int_equal(meta_pool(bcg, 2, &options, &result), ERR_LIMIT);
	assert_int_equal(result.k, 7);
}

static bool
all_finite(const struct meta_result *result)
{
	return isfinite(result->estimate) && isfinite(result->se) &&
	    isfinite(result->statistic) && isfinite(result->p) &&
	    isfinite(result->ci.low) && isfinite(result->ci.high) &&
	    isfinite(result->pi.low) && isfinite(result->pi.high) &&
	    isfinite(result->tau2) && isfinite(result->tau2_ci.low) &&
	    isfinite(result->tau2_ci.high) && isfinite(result->i2) &&
	    isfinite(result->h2) && isfinite(result->q) &&
	    isfinite(result->q_p) && isfinite(result->hk_q);
}

static void
the_ends_of_what_is_allowed_give_no_nan(void **state)
{
	static const struct meta_study sets[][4] = {
		{ { 1e30, 1e-60 }, { -1e30, 1e60 }, { 0, 1e-60 }, { 1, 1 } },
		{ { 1e30, 1e-60 }, { -1e30, 1e-60 }, { 5, 1 }, { 5, 1 } },
		{ { 0, 1e-60 }, { 0, 1e-60 }, { 0, 1e-60 }, { 0, 1e-60 } },
		{ { -695, 0.83 }, { -695, 1e30 }, { 1, 1e30 }, { 0, 1e30 } },
		{ { 3, 1e60 }, { 3, 1e60 }, { 3, 1e60 }, { 3, 1e60 } },
		{ { 1e-30, 1e-60 }, { 2e-30, 1e-60 }, { 0, 1e-60 },
		    { 3e-30, 1e-60 } },
	};
	size_t i;
	int method;

	(void)state;
	for (i = 0; i < COUNT(sets); i++)
		for (method = META_REML; method <= META_EE; method++) {
			struct meta_result result = pooled(
			    sets[i], 4, (enum meta_method)method, META_HK);

			if (!all_finite(&result))
				fail_msg("set %zu, method %d", i, method);
		}
}

static void
equal_effects_are_pooled_to_themselves(void **state)
{
	static const struct meta_study equal[] = { { 0.1, 0.1 }, { 0.1, 0.2 },
		{ 0.1, 0.3 }, { 0.1, 0.7 }, { 0.1, 0.01 } };
	struct meta_result result = pooled(SET(equal), META_REML, META_HK);

	(void)state;
	assert_true(result.estimate == 0.1);
	assert_true(result.tau2 == 0 && result.q == 0 && result.i2 == 0);
	within(result.q_p, 1, 1e-15);
}

/* Local tops of the restricted likelihood, found by looking at many sets. */
static void
of_several_tops_the_highest_is_taken(void **state)
{
	static const struct meta_study low[] = { { 0.934, 0.1471 },
		{ -0.001, 0.0046 }, { -0.011, 0.0058 }, { 2.221, 3.8609 } };
	static const struct meta_study high[] = { { -0.237, 0.0557 },
		{ -0.014, 0.0014 }, { 4.068, 0.2455 }, { -0.031, 0.0007 },
		{ 0.005, 2.1942 } };
	static const struct meta_study both[] = { { 0.07, 0.0139 },
		{ -0.644, 0.3236 }, { -0.042, 0.0002 }, { 0.139, 4.0242 },
		{ 5.222, 1.6098 } };

	(void)state;
	assert_true(pooled(SET(low), META_REML, META_Z).tau2 == 0);
	within(pooled(SET(high), META_REML, META_Z).tau2, 3.31, 0.02);
	within(pooled(SET(both), META_REML, META_Z).tau2, 4.0014, 1e-4);
}

/* A generator of our own, so that the studies are the same everywhere. */
static double
draw(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (double)(*seed >> 11) / 9007199254740992.0;
}

static void
fill(struct meta_study *studies, size_t k, uint64_t *seed)
{
	double scale = pow(10, 6 * draw(seed) - 3);
	double spread = 4 * draw(seed);
	size_t i;

	for (i = 0; i < k; i++) {
		studies[i].v = scale * scale * pow(10, 4 * draw(seed) - 2);
		studies[i].y = scale * spread *
		    (draw(seed) + draw(seed) + draw(seed) - 1.5);
	}
}

static void
the_order_makes_no_difference_to_the_last_bit(void **state)
{
	struct meta_study studies[40];
	uint64_t seed = 1;
	size_t round;

	(void)state;
	for (round = 0; round < 200; round++) {
		struct meta_result first;
		struct meta_result second;
		size_t k = 2 + round % 39;
		size_t i;

		fill(studies, k, &seed);
		first = pooled(studies, k, META_REML, META_HK);
		for (i = k - 1; i > 0; i--) {
			size_t j = (size_t)(draw(&seed) * (double)(i + 1));
			struct meta_study kept = studies[i];

			studies[i] = studies[j];
			studies[j] = kept;
		}
		second = pooled(studies, k, META_REML, META_HK);
		assert_memory_equal(&first, &second, sizeof(first));
	}
}

static void
units_and_signs_carry_through(void **state)
{
	struct meta_study studies[20];
	struct meta_study scaled[20];
	uint64_t seed = 2;
	size_t round;

	(void)state;
	for (round = 0; round < 200; round++) {
		size_t k = 2 + round % 19;
		struct meta_result result;
		struct meta_result other;
		size_t i;

		fill(studies, k, &seed);
		for (i = 0; i < k; i++)
			scaled[i] = (struct meta_study){
				.y = -8 * studies[i].y,
				.v = 64 * studies[i].v,
			};
		result = pooled(studies, k, META_REML, META_HK);
		other = pooled(scaled, k, META_REML, META_HK);
		within(other.estimate / result.se,
		    -8 * result.estimate / result.se, 1e-9);
		within(other.se / result.se, 8, 1e-9);
		within(other.ci.high / result.se,
		    -8 * result.ci.low / result.se, 1e-9);
		within(other.tau2 / (result.se * result.se),
		    64 * result.tau2 / (result.se * result.se), 1e-9);
		within(other.i2, result.i2, 1e-9);
		within(other.p, result.p, 1e-9);
	}
}

static void
the_pooled_effect_lies_between_the_extremes(void **state)
{
	struct meta_study studies[12];
	uint64_t seed = 3;
	size_t round;

	(void)state;
	for (round = 0; round < 500; round++) {
		size_t k = 1 + round % 12;
		struct meta_result result;
		double low;
		double high;
		size_t i;

		fill(studies, k, &seed);
		low = high = studies[0].y;
		for (i = 1; i < k; i++) {
			low = fmin(low, studies[i].y);
			high = fmax(high, studies[i].y);
		}
		result = pooled(
		    studies, k, (enum meta_method)(round % 3), META_HK);
		assert_true(result.estimate >= low && result.estimate <= high);
		assert_true(all_finite(&result));
		assert_true(result.i2 >= 0 && result.i2 <= 100);
	}
}

static void
dl_is_its_closed_form(void **state)
{
	struct meta_study studies[12];
	uint64_t seed = 4;
	size_t round;

	(void)state;
	for (round = 0; round < 300; round++) {
		size_t k = 2 + round % 11;
		double w = 0;
		double w2 = 0;
		double wy = 0;
		double q = 0;
		double tau2;
		size_t i;

		fill(studies, k, &seed);
		for (i = 0; i < k; i++) {
			w += 1 / studies[i].v;
			w2 += 1 / (studies[i].v * studies[i].v);
			wy += studies[i].y / studies[i].v;
		}
		for (i = 0; i < k; i++)
			q += pow(studies[i].y - wy / w, 2) / studies[i].v;
		tau2 = fmax(0, (q - (double)(k - 1)) / (w - w2 / w));
		within(pooled(studies, k, META_DL, META_Z).tau2 * w, tau2 * w,
		    1e-8);
	}
}

/* The score in units of its own first part. */
static void
at_the_answer_of_reml_its_score_is_zero(void **state)
{
	struct meta_study studies[30];
	uint64_t seed = 5;
	size_t round;
	size_t zeros = 0;

	(void)state;
	for (round = 0; round < 500; round++) {
		size_t k = 2 + round % 29;
		double tau2;
		double w = 0;
		double score;
		size_t i;

		fill(studies, k, &seed);
		tau2 = pooled(studies, k, META_REML, META_HK).tau2;
		for (i = 0; i < k; i++)
			w += 1 / (studies[i].v + tau2);
		score = meta_score(studies, k, tau2) / w;
		zeros += tau2 == 0;
		if (tau2 == 0)
			assert_true(score <= 0);
		else
			within(score, 0, 1e-9);
	}
	assert_true(zeros > 20 && zeros < 480);
}

static void
weights_sum_to_a_hundred(void **state)
{
	double weights[COUNT(bcg)];
	double sum = 0;
	size_t i;

	(void)state;
	assert_int_equal(
	    meta_weights(SET(bcg), 0.3132432581, weights), ERR_NONE);
	for (i = 0; i < COUNT(bcg); i++)
		sum += weights[i];
	within(sum, 100, 1e-12);
	within(weights[0], 5.0595, 1e-3);
	assert_int_equal(meta_weights(bcg, 0, 0, weights), ERR_NOENT);
}

static void
each_study_may_be_left_out(void **state)
{
	struct meta_options options = {
		.method = META_REML, .ci = META_HK, .level = 0.95
	};
	struct meta_result result;

	(void)state;
	assert_int_equal(
	    meta_without(SET(bcg), 7, &options, &result), ERR_NONE);
	within(result.estimate, -0.794768, 1e-6);
	assert_int_equal(
	    meta_without(SET(bcg), 3, &options, &result), ERR_NONE);
	within(result.estimate, -0.628409, 1e-6);
	assert_int_equal(result.k, COUNT(bcg) - 1);
}

/* Processor time, and the best of three: other tests run meanwhile. */
static void
the_most_studies_take_a_moment(void **state)
{
	struct meta_options options = { .level = 0.95 };
	struct meta_study *studies = calloc(MANY, sizeof(*studies));
	struct meta_result result;
	uint64_t seed = 6;
	double best = 1e9;
	int round;

	(void)state;
	assert_non_null(studies);
	fill(studies, MANY, &seed);
	for (round = 0; round < 3; round++) {
		clock_t start = clock();

		assert_int_equal(
		    meta_pool(studies, MANY, &options, &result), ERR_NONE);
		best = fmin(
		    best, 1000 * (double)(clock() - start) / CLOCKS_PER_SEC);
	}
	free(studies);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	assert_true(best <= MANY_MS);
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_sets_are_pooled_as_published),
		cmocka_unit_test(the_interval_of_tau2_is_not_cut_off),
		cmocka_unit_test(agreement_beyond_chance_gives_zero_to_zero),
		cmocka_unit_test(one_study_is_shown_and_none_is_refused),
		cmocka_unit_test(what_cannot_be_computed_with_is_refused),
		cmocka_unit_test(the_ends_of_what_is_allowed_give_no_nan),
		cmocka_unit_test(equal_effects_are_pooled_to_themselves),
		cmocka_unit_test(of_several_tops_the_highest_is_taken),
		cmocka_unit_test(the_order_makes_no_difference_to_the_last_bit),
		cmocka_unit_test(units_and_signs_carry_through),
		cmocka_unit_test(the_pooled_effect_lies_between_the_extremes),
		cmocka_unit_test(dl_is_its_closed_form),
		cmocka_unit_test(at_the_answer_of_reml_its_score_is_zero),
		cmocka_unit_test(weights_sum_to_a_hundred),
		cmocka_unit_test(each_study_may_be_left_out),
		cmocka_unit_test(the_most_studies_take_a_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
