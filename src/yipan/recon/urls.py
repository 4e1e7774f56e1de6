"""Routes of reconciliation."""

from django.urls import path

from yipan.recon.views import accuracy, cases, reports

app_name = "recon"

urlpatterns = [
    path("cases", cases.list_cases, name="cases"),
    path("cases/compare", cases.compare_now, name="compare"),
    path("cases/assign", cases.assign_many, name="assign_many"),
    path("cases/<str:number>", cases.show_case, name="case"),
    path("cases/<str:number>/assign", cases.assign_case, name="assign"),
    path("cases/<str:number>/explain", cases.explain_case, name="explain"),
    path("cases/<str:number>/choose", cases.choose_cause, name="choose"),
    path("cases/<str:number>/correct", cases.correct_case, name="correct"),
    path("cases/<str:number>/propose", cases.propose_case, name="propose"),
    path("cases/<str:number>/close", cases.close_case, name="close"),
    path("cases/<str:number>/reopen", cases.reopen_case, name="reopen"),
    path("cases/<str:number>/heal", cases.heal_case, name="heal"),
    path("reports", reports.list_reports, name="reports"),
    path("targets", reports.list_targets, name="targets"),
    path("accuracy", accuracy.show_accuracy, name="accuracy"),
]
